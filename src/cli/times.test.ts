import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { ago, localTime, remaining } from './times.ts';

describe('localTime', () => {
  for (const [zone, text] of [
    ['UTC', '2026-01-01 00:30:05+00:00'],
    ['Europe/Berlin', '2026-01-01 01:30:05+01:00'],
    ['America/St_Johns', '2025-12-31 21:00:05-03:30'],
    ['Asia/Kathmandu', '2026-01-01 06:15:05+05:45'],
  ] as const) {
    it(`in ${zone}`, () => {
      const code = `import { localTime } from ${JSON.stringify(new URL('./times.ts', import.meta.url).href)}; process.stdout.write(localTime(Date.UTC(2026, 0, 1, 0, 30, 5)));`;
      const run = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
        env: { ...process.env, TZ: zone },
      });
      assert.equal(run.stdout.toString(), text);
    });
  }

  it('is read back as the same moment', () => {
    const at = Date.UTC(2026, 5, 15, 12, 0, 0);
    assert.equal(Date.parse(localTime(at).replace(' ', 'T')), at);
  });
});

describe('remaining and ago', () => {
  it('say when', () => {
    assert.equal(remaining(null, 0), 'never');
    assert.equal(remaining(0, 0), 'now');
    assert.equal(remaining(3_600_000, 0), 'in 1h');
    assert.equal(ago(0, 90_000), '1m30s ago');
  });
});
