import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Severity } from '../pipeline/finding.ts';
import type { EventRow, SignalRow } from '../store/store.ts';
import { serveWeb } from './serve-web.ts';
import { HEALTHY, NOW, withWeb } from './web.testkit.ts';

const HOSTILE = '</td><script>alert(1)</script>"\'&';

function failed(over: Partial<SignalRow>): SignalRow {
  return {
    kind: 'register.failed',
    at: NOW - 60_000,
    ip: '203.0.113.7',
    port: 5060,
    transport: 'udp',
    proven: 'yes',
    sensor: 'edge',
    method: 'REGISTER',
    status: 401,
    reason: 'Unauthorized',
    user: '1001',
    domain: 'example.com',
    requestUri: 'sip:example.com',
    userAgent: HOSTILE,
    callId: 'c',
    expires: 60,
    count: 1,
    ...over,
  };
}

describe('/healthz and /readyz', () => {
  it('are alive whatever fails, and ready only if nothing does', () =>
    withWeb(async ({ get, health }) => {
      assert.equal((await get('/readyz')).status, 200);
      health.current = { ...HEALTHY, state: 'failing', problems: ['enforcer nftables: gone'] };
      assert.equal((await get('/healthz')).status, 200);
      const ready = await get('/readyz');
      assert.equal(ready.status, 503);
      assert.deepEqual(await ready.json(), { state: 'failing', problems: ['enforcer nftables: gone'], warnings: [] });
    }));

  it('are ready while something only needs a look, which is said', () =>
    withWeb(async ({ get, health }) => {
      const warnings = ['source edge gave no signal for 47m'];
      const sources = HEALTHY.sources.map((one) => ({ ...one, silence: 'edge gave no signal for 47m' }));
      health.current = { ...HEALTHY, warnings, sources };
      const ready = await get('/readyz');
      assert.deepEqual([ready.status, await ready.json()], [200, { state: 'ok', problems: [], warnings }]);
      assert.match(await (await get('/')).text(), /<li>source edge gave no signal for 47m<\/li>/);
      assert.match(await (await get('/metrics')).text(), /^sipward_source_silent\{source="edge",.*\} 1$/m);
    }));
});

describe('/metrics', () => {
  it('gives the figures of the health, each scrape anew', () =>
    withWeb(async ({ get, health }) => {
      const text = await (await get('/metrics')).text();
      for (const line of [
        'sipward_up 1',
        'sipward_enforcing 1',
        'sipward_signals_total 1234',
        'sipward_source_signals_total{source="edge",type="opensips-events"} 1234',
        'sipward_source_last_signal_timestamp_seconds{source="decoy",type="decoy"} 0',
        'sipward_findings_total{detector="brute-force"} 5',
        'sipward_detector_tracked{detector="brute-force"} 17',
        'sipward_enforcer_entries{enforcer="nftables"} 2',
      ]) {
        assert.ok(text.includes(`\n${line}\n`), line);
      }
      health.current = { ...HEALTHY, state: 'failing', signals: 1300, sources: [] };
      const later = await (await get('/metrics')).text();
      assert.ok(later.includes('\nsipward_up 0\n'));
      assert.ok(later.includes('\nsipward_signals_total 1300\n'));
      assert.ok(!later.includes('source="edge"'));
    }));
});

describe('/', () => {
  it('lists the newest blocks first, and how many more there are', () =>
    withWeb(async ({ get, operations }) => {
      for (let i = 0; i < 20; i++) await operations.block({ address: `198.51.100.${i}` });
      const text = await (await get('/')).text();
      const section = text.slice(text.indexOf('<h2>Blocks in force</h2>'), text.indexOf('<h2>Top sources'));
      const shown = [...section.matchAll(/<tr><td class="mono">([^<]+)</g)].map(([, target]) => target);
      assert.deepEqual(
        shown,
        Array.from({ length: 15 }, (_, i) => `198.51.100.${19 - i}`),
      );
      assert.ok(section.includes('and 5 more: sipward blocks'));
    }));

  it('shows what happened', () =>
    withWeb(async ({ get, store, operations }) => {
      await operations.block({ address: '198.51.100.9', reason: 'scans', for: 'forever' });
      await operations.disable({ account: '1001@example.com', reason: 'stolen' });
      await store.commit({ source: 'edge', position: null, signals: [failed({}), failed({})], events: [], blocks: [] });
      const page = await get('/');
      assert.equal(page.status, 200);
      assert.match(page.headers.get('content-type') ?? '', /^text\/html; charset=UTF-8/i);
      const text = await page.text();
      for (const piece of [
        '198.51.100.9',
        'scans',
        'never',
        'ip_blocked',
        'Disabled accounts',
        '1001@example.com',
        'stolen',
        '203.0.113.7',
        '<td>NL</td>',
        '>edge<',
        'nftables',
        'enforcing',
      ]) {
        assert.ok(text.includes(piece), piece);
      }
      assert.match(text, /<b>2<\/b><span>failed registrations, 24 h/);
    }));

  it('shows campaigns in place of their events, those that are over as such', () =>
    withWeb(async ({ get, store }) => {
      const event = (identity: string, at: number, over: Partial<EventRow>): EventRow => ({
        identity,
        type: 'decoy_touched',
        severity: 'error',
        ip: '',
        aor: '',
        description: 'spoke to the decoy',
        at,
        details: {},
        ...over,
      });
      const told = (campaign: string, at: number, description: string, severity: Severity) =>
        event(`${campaign} ${at}`, at, { type: 'campaign_detected', campaign, description, severity });
      await store.addEvents([
        ...[1, 2, 3].map((i) => event(`a${i}`, NOW - 60_000 - i, { ip: `203.0.113.${i}`, campaign: 'c-222222' })),
        event('b', NOW - 7_200_000, { ip: '198.51.100.9', campaign: 'c-333333' }),
        told('c-222222', NOW - 60_000, `3 sources ${HOSTILE}`, 'error'),
        told('c-333333', NOW - 7_100_000, '1 source', 'critical'),
        told('c-333333', NOW - 1000, 'over: 1 source', 'info'),
        event('c', NOW, { ip: '192.0.2.77' }),
      ]);
      const text = await (await get('/')).text();
      const rowOf = (campaign: string) =>
        new RegExp(`<td class="mono">${campaign}</td>[^]*?</tr>`).exec(text)?.[0] ?? '';
      assert.match(
        rowOf('c-222222'),
        /badge bad">running<.*\n.*>1m ago<.*>1m ago<.*\n.*>3<\/td>.*>4<\/td>\n.*3 sources &lt;/,
      );
      assert.match(
        rowOf('c-333333'),
        /badge quiet">over<.*\n.*>2h ago<.*>2h ago<.*\n.*>1<\/td>.*>3<\/td>\n.*over: 1 source/,
      );
      const events = text.slice(text.indexOf('Last security events'));
      assert.match(events, /192\.0\.2\.77/);
      assert.doesNotMatch(events, /203\.0\.113|198\.51\.100/);
      assert.ok(!text.includes('<script'));
    }));

  it('escapes everything, and says what fails', () =>
    withWeb(async ({ get, store, operations, health }) => {
      const [source] = HEALTHY.sources;
      const sources = [{ ...source!, faults: 1, lastFault: HOSTILE }];
      health.current = { ...HEALTHY, state: 'failing', problems: [`source edge: ${HOSTILE}`], sources };
      health.current = { ...health.current, warnings: [`source edge works, with 1 fault; the last: ${HOSTILE}`] };
      await operations.block({ address: '198.51.100.9', reason: HOSTILE });
      await operations.disable({ account: '<script>alert(1)</script>@example.com', reason: HOSTILE });
      await store.addEvents([
        {
          identity: 'x',
          type: 'scanner_detected',
          severity: 'error',
          ip: '',
          aor: HOSTILE,
          description: HOSTILE,
          at: NOW,
          details: {},
        },
      ]);
      const text = await (await get('/')).text();
      assert.ok(!text.includes('<script'), text);
      assert.ok(!text.includes('alert(1)</td>'));
      assert.ok(text.includes('<li>source edge works, with 1 fault; the last: &lt;/td&gt;'));
      assert.ok(text.includes('&lt;script&gt;alert(1)'));
    }));

  it('says nothing of disabled accounts where there are none', () =>
    withWeb(async ({ get }) => assert.ok(!(await (await get('/')).text()).includes('Disabled accounts'))));

  it('allows its own style and nothing else', () =>
    withWeb(async ({ get }) => {
      const page = await get('/');
      const style = /<style>([\s\S]*?)<\/style>/.exec(await page.text())?.[1] ?? '';
      const hash = createHash('sha256').update(style).digest('base64');
      const policy = page.headers.get('content-security-policy') ?? '';
      assert.equal(
        policy,
        `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      );
      assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(page.headers.get('cache-control'), 'no-store');
    }));

  it('asks the store at most once a second', () =>
    withWeb(async ({ get, operations, time }) => {
      await get('/');
      await operations.block({ address: '198.51.100.9' });
      assert.ok(!(await (await get('/')).text()).includes('198.51.100.9'));
      time.now += 1000;
      assert.ok((await (await get('/')).text()).includes('198.51.100.9'));
    }));

  it('fails without a trace of why for strangers, and tells the log', () =>
    withWeb(async ({ get, store, errors, time }) => {
      await store.close();
      const page = await get('/');
      assert.equal(page.status, 500);
      assert.equal(await page.text(), 'This failed; the log says why.\n');
      assert.equal(errors.length, 1);
      time.now += 1000;
      assert.equal((await get('/healthz')).status, 200);
      assert.equal((await get('/metrics')).status, 200);
    }));
});

describe('requests that are refused', () => {
  for (const [host, status] of [
    ['127.0.0.1:8060', 200],
    ['localhost:8060', 200],
    ['LOCALHOST', 200],
    ['[::1]:8060', 200],
    ['192.0.2.1', 200],
    ['sbc.example.com', 200],
    ['sbc.example.com.:443', 200],
    ['evil.example', 421],
    ['evil.example:8060', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['', 421],
    ['localhost:8060@evil.example', 421],
    ['localhost/', 421],
  ] as const) {
    it(`Host: ${JSON.stringify(host)} gets ${status}`, () =>
      withWeb(async ({ get }) => assert.equal((await get('/readyz', { host })).status, status), ['sbc.example.com']));
  }

  it('but a probe gets its answer under any name', () =>
    withWeb(async ({ get }) => assert.equal((await get('/healthz', { host: 'evil.example' })).status, 200)));

  it('nothing can be changed', () =>
    withWeb(async ({ app }) => {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        for (const path of ['/', '/healthz', '/metrics']) {
          const response = await app.request(`http://127.0.0.1${path}`, { method, headers: { host: '127.0.0.1' } });
          assert.equal(response.status, 404, `${method} ${path}`);
        }
      }
    }));
});

describe('serveWeb', () => {
  it('listens on a real socket until disposed of, and names an endpoint that is taken', () =>
    withWeb(async ({ app }) => {
      let url = '';
      {
        await using first = await serveWeb(app, { host: '127.0.0.1', port: 0 });
        url = `http://127.0.0.1:${first.endpoint.port}/healthz`;
        const response = await fetch(url);
        assert.equal(await response.text(), 'ok\n');
        await assert.rejects(
          serveWeb(app, first.endpoint),
          new RegExp(`^Error: web: 127\\.0\\.0\\.1:${first.endpoint.port} cannot be listened on: .*EADDRINUSE`),
        );
      }
      await assert.rejects(fetch(url));
    }));
});
