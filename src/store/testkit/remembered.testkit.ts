import assert from 'node:assert/strict';
import { commitOf, NOW } from '../samples.testkit.ts';
import type { Kit } from '../store.testkit.ts';
import type { AlertRule, ReputationRow } from '../store.ts';

const RULE: AlertRule = {
  type: 'brute_force_detected',
  severity: 'critical',
  email: true,
  sms: false,
  webhookUrl: 'https://example.com/hook?a=1&b=2',
  cooldownMinutes: 5,
  lastAlertAt: null,
};

const REPUTATION: ReputationRow = {
  ip: '203.0.113.7',
  country: 'ZZ',
  isVpn: false,
  isProxy: true,
  isTor: false,
  score: 40,
  updatedAt: NOW,
};

export function rememberedTests({ withStore }: Kit): void {
  withStore('there is one alert rule for a type and severity', async (store) => {
    assert.deepEqual(await store.alertRules(), []);
    await store.setAlertRule(RULE);
    await store.setAlertRule({ ...RULE, severity: 'error', email: false, sms: true, webhookUrl: null });
    await store.setAlertRule({ ...RULE, cooldownMinutes: 60 });
    await store.alerted('brute_force_detected', 'critical', NOW);
    await store.alerted('flood_detected', 'critical', NOW);
    assert.deepEqual(await store.alertRules(), [
      { ...RULE, cooldownMinutes: 60, lastAlertAt: NOW },
      { ...RULE, severity: 'error', email: false, sms: true, webhookUrl: null },
    ]);
  });

  withStore('the last thing known about an address counts', async (store) => {
    const other = { ...REPUTATION, ip: '2001:db8::1', isTor: true };
    await store.commit(commitOf({ reputations: [REPUTATION, other] }));
    await store.commit(commitOf({ reputations: [{ ...REPUTATION, score: 50, updatedAt: NOW + 1 }] }));
    const found = await store.reputations(['203.0.113.7', '2001:db8::1', '192.0.2.1']);
    assert.deepEqual(
      [...found].sort((a, b) => b.score - a.score),
      [{ ...REPUTATION, score: 50, updatedAt: NOW + 1 }, other],
    );
    assert.deepEqual(await store.reputations([]), []);
  });
}
