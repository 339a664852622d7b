/** What every implementation of the operations must do: in process and over the control socket alike. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../lib/clock.ts';
import type { Store } from '../store/store.ts';
import { OperationError, type OperationErrorCode } from './operation-error.ts';
import type { Operations } from './operations.ts';
import type { RecordingEngine } from './recording-engine.testkit.ts';

export interface Bench {
  readonly operations: Operations;
  readonly engine: RecordingEngine;
  readonly store: Store;
  /** A clock that tests turn. */
  readonly time: { now: number };
}

export type WithBench = (use: (bench: Bench) => Promise<void>) => Promise<void>;

export const START = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

export function turnableClock(): { readonly clock: Clock; readonly time: { now: number } } {
  const time = { now: START };
  return { clock: () => time.now, time };
}

/** Asserts that nothing was done, and why. */
export async function refused(work: Promise<unknown>, code: OperationErrorCode, field: string, message: RegExp) {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof OperationError, String(error));
    assert.equal(error.code, code);
    assert.equal(error.problems[0]?.field, field);
    assert.match(error.problems[0]?.message ?? '', message);
    return true;
  });
}

export function testOperations(name: string, withBench: WithBench): void {
  const story = (title: string, use: (bench: Bench) => Promise<void>) => it(title, () => withBench(use));

  describe(`${name}: blocks`, () => {
    story('a block is enforced, stored, recorded and listed', async ({ operations, engine }) => {
      const result = await operations.block({ address: '203.0.113.7', reason: 'test', by: 'ann' });
      assert.deepEqual(result, {
        daemon: true,
        target: '203.0.113.7',
        blockedAt: START,
        expiresAt: START + HOUR_MS,
        changed: true,
        layers: [{ layer: 'memory', error: null }],
        notes: [],
      });
      assert.equal(engine.blocks.get('203.0.113.7')?.expiresAt, START + HOUR_MS);
      const { blocks } = await operations.blocks({});
      assert.deepEqual(
        blocks.map(({ target, by, automatic }) => ({ target, by, automatic })),
        [{ target: '203.0.113.7', by: 'ann', automatic: false }],
      );
      const { events } = await operations.events({ type: 'ip_blocked' });
      assert.deepEqual(
        events.map(({ ip, description, at }) => ({ ip, description, at })),
        [{ ip: '203.0.113.7', description: 'Blocked by ann: test', at: START }],
      );
    });

    story('an IPv6 address stands for its /64', async ({ operations, engine }) => {
      const { target, notes } = await operations.block({ address: '2001:db8:0:1::5' });
      assert.equal(target, '2001:db8:0:1::/64');
      assert.match(notes.join(), /per \/64/);
      assert.deepEqual([...engine.blocks.keys()], ['2001:db8:0:1::/64']);
      const { lifted } = await operations.unblock({ address: '2001:db8:0:1::9' });
      assert.deepEqual(
        lifted.map(({ target }) => target),
        ['2001:db8:0:1::/64'],
      );
    });

    story('a longer block extends, a shorter one changes nothing and says so', async ({ operations, time }) => {
      await operations.block({ address: '203.0.113.7', for: '1h' });
      time.now += 60_000;
      const shorter = await operations.block({ address: '203.0.113.7', for: '30m' });
      assert.equal(shorter.changed, false);
      assert.equal(shorter.expiresAt, START + HOUR_MS);
      assert.match(shorter.notes.join(), /to shorten it, unblock first/);
      const longer = await operations.block({ address: '203.0.113.7', for: 'forever' });
      assert.equal(longer.expiresAt, null);
      const { blocks } = await operations.blocks({});
      assert.deepEqual(
        blocks.map(({ target, expiresAt }) => [target, expiresAt]),
        [['203.0.113.7', null]],
      );
      assert.equal((await operations.block({ address: '203.0.113.7', for: '7d' })).changed, false);
    });

    story('one unblock lifts everything inside, from every layer', async ({ operations, engine }) => {
      for (const address of ['203.0.113.7', '203.0.113.128/25', '192.0.2.1']) await operations.block({ address });
      const done = await operations.unblock({ address: '203.0.113.0/24', reason: 'mistake', by: 'ann' });
      assert.match(
        done.notes.join(),
        /^If the attack goes on, .* 1m from now .*: sipward allow add 203\.0\.113\.0\/24$/,
      );
      assert.deepEqual(done.lifted.map(({ target }) => target).toSorted(), ['203.0.113.128/25', '203.0.113.7']);
      assert.deepEqual(done.layers, [{ layer: 'memory', error: null }]);
      assert.deepEqual([...engine.blocks.keys()], ['192.0.2.1']);
      const { events } = await operations.events({ type: 'ip_unblocked' });
      assert.equal(events.length, 2);
      assert.match(events[0]?.description ?? '', /^Lifted by ann: mistake$/);
    });

    story('unblocking inside a blocked network says what still keeps it out', async ({ operations }) => {
      await operations.block({ address: '203.0.113.0/24' });
      const { lifted, notes } = await operations.unblock({ address: '203.0.113.7' });
      assert.deepEqual(lifted, []);
      assert.match(notes.join(), /still kept out by the block of 203\.0\.113\.0\/24/);
    });

    story('unblocking reaches the layers even where the store knows no block', async ({ operations, engine }) => {
      await operations.block({ address: '203.0.113.7' });
      engine.blocks.set('192.0.2.9', [...engine.blocks.values()][0]!);
      assert.deepEqual((await operations.unblock({ address: '192.0.2.9' })).lifted, []);
      assert.equal(engine.blocks.has('192.0.2.9'), false);
    });

    story('a failing layer is reported and hides nothing', async ({ operations, engine }) => {
      engine.failure = 'nft: permission denied';
      const { layers } = await operations.block({ address: '203.0.113.7' });
      assert.deepEqual(layers, [{ layer: 'memory', error: 'nft: permission denied' }]);
      assert.equal((await operations.blocks({})).blocks.length, 1);
    });

    story('pages are complete', async ({ operations }) => {
      for (let i = 1; i <= 5; i++) await operations.block({ address: `203.0.113.${i}` });
      const first = await operations.blocks({ limit: 3 });
      assert.equal(first.more, true);
      const second = await operations.blocks({ limit: 3, after: first.blocks.at(-1)!.id });
      assert.equal(second.more, false);
      assert.equal(new Set([...first.blocks, ...second.blocks].map(({ target }) => target)).size, 5);
    });
  });

  describe(`${name}: blocks that are refused`, () => {
    for (const [address, code, message] of [
      ['10.0.0.0/0', 'invalid', /^expected an IP address or CIDR network .*, got "10\.0\.0\.0\/0"$/],
      ['0.0.0.0/0', 'refused', /^expected an IPv4 network of \/16 or narrower, got "0\.0\.0\.0\/0"$/],
      ['10.0.0.0/8', 'refused', /narrower, got "10\.0\.0\.0\/8"; use force/],
      ['2001:db8::/31', 'refused', /^expected an IPv6 network of \/32 or narrower/],
      ['::/0', 'refused', /^expected an IPv6 network of \/32 or narrower/],
      ['not-an-ip', 'invalid', /got "not-an-ip"$/],
      ['', 'invalid', /got ""$/],
      ['192.0.2.7/24', 'invalid', /such as 192\.0\.2\.0\/24, got "192\.0\.2\.7\/24"$/],
      ['127.0.0.1', 'refused', /never blocked: the allowlist holds 127\.0\.0\.1 \(an address of this host\)/],
      ['::ffff:127.0.0.1', 'refused', /never blocked/],
      ['::1', 'refused', /never blocked/],
      ['198.51.100.77', 'refused', /the allowlist holds 198\.51\.100\.0\/24 \(named in the configuration\)/],
    ] as const) {
      story(JSON.stringify(address), async ({ operations, engine }) => {
        await refused(operations.block({ address }), code, 'address', message);
        assert.equal(engine.blocks.size, 0);
        assert.deepEqual((await operations.blocks({})).blocks, []);
      });
    }

    for (const time of ['-1', '5', '', '500ms', 'for ever', '1h -f']) {
      story(`for ${JSON.stringify(time)}`, async ({ operations }) =>
        refused(
          operations.block({ address: '203.0.113.7', for: time }),
          'invalid',
          'for',
          /^expected a duration .*or forever, got /,
        ),
      );
    }

    story('a reason of several lines', async ({ operations }) =>
      refused(operations.block({ address: '203.0.113.7', reason: 'a\nb' }), 'invalid', 'reason', /one line/),
    );

    story('everything wrong is said at once', async ({ operations }) => {
      await assert.rejects(operations.block({ address: 'x', for: 'y', reason: 'z'.repeat(256) }), (error) => {
        assert.ok(error instanceof OperationError);
        assert.deepEqual(error.problems.map(({ field }) => field).toSorted(), ['address', 'for', 'reason']);
        return true;
      });
    });

    story('other addresses of 127/8 are strangers', async ({ operations }) => {
      assert.equal((await operations.block({ address: '127.0.0.66' })).changed, true);
    });

    story('force widens the limit but never to everybody', async ({ operations }) => {
      assert.equal((await operations.block({ address: '11.0.0.0/8', force: true })).changed, true);
      await refused(operations.block({ address: '0.0.0.0/1', force: true }), 'refused', 'address', /\/8 or narrower/);
    });

    story('a network that holds an allowlisted address is blocked around it', async ({ operations }) => {
      await operations.allowAdd({ entries: [{ address: '203.0.113.5', description: 'PBX' }] });
      const { changed, notes } = await operations.block({ address: '203.0.113.0/24' });
      assert.equal(changed, true);
      assert.match(notes.join(), /203\.0\.113\.5 \(PBX\) is on the allowlist and stays open/);
    });
  });

  describe(`${name}: allowlist`, () => {
    story('an entry lifts the blocks inside it and prevents new ones', async ({ operations, engine }) => {
      await operations.block({ address: '203.0.113.7' });
      await operations.block({ address: '203.0.112.0/22' });
      const result = await operations.allowAdd({
        entries: [{ address: '203.0.113.0/24', description: 'Office' }],
        by: 'ann',
      });
      assert.deepEqual(result.added, ['203.0.113.0/24']);
      assert.deepEqual(
        result.lifted.map(({ target }) => target),
        ['203.0.113.7'],
      );
      assert.match(result.notes.join(), /The block of 203\.0\.112\.0\/22 goes on/);
      assert.deepEqual([...engine.blocks.keys()], ['203.0.112.0/22']);
      assert.equal(engine.allowlistChanges, 1);
      await refused(
        operations.block({ address: '203.0.113.9' }),
        'refused',
        'address',
        /203\.0\.113\.0\/24 \(Office\)/,
      );
      const { entries } = await operations.allowList({});
      assert.deepEqual(
        entries.map(({ target, description, createdBy, createdAt }) => ({ target, description, createdBy, createdAt })),
        [{ target: '203.0.113.0/24', description: 'Office', createdBy: 'ann', createdAt: START }],
      );
    });

    story('adding again replaces the description', async ({ operations }) => {
      await operations.allowAdd({ entries: [{ address: '192.0.2.1', description: 'old' }] });
      const again = await operations.allowAdd({ entries: [{ address: '192.0.2.1', description: 'new' }] });
      assert.deepEqual([again.added, again.updated], [[], ['192.0.2.1']]);
      assert.equal((await operations.allowList({})).entries[0]?.description, 'new');
    });

    story('all entries or none', async ({ operations, engine }) => {
      const entries = [{ address: '192.0.2.1' }, { address: 'not-an-ip' }, { address: '10.0.0.0/4' }];
      await refused(operations.allowAdd({ entries }), 'invalid', 'entries[1].address', /got "not-an-ip"/);
      await refused(
        operations.allowAdd({ entries: [{ address: '192.0.2.1' }, { address: '0.0.0.0/0' }] }),
        'refused',
        'entries[1].address',
        /\/16 or narrower/,
      );
      assert.deepEqual((await operations.allowList({})).entries, []);
      assert.equal(engine.allowlistChanges, 0);
    });

    story('removing needs the very entry', async ({ operations }) => {
      await operations.allowAdd({ entries: [{ address: '192.0.2.0/24' }] });
      await refused(operations.allowRemove({ address: '192.0.2.1' }), 'not-found', 'address', /not on the allowlist/);
      await refused(
        operations.allowRemove({ address: '127.0.0.1' }),
        'not-found',
        'address',
        /an address of this host/,
      );
      assert.equal((await operations.allowRemove({ address: '192.0.2.0/24' })).removed, '192.0.2.0/24');
      assert.deepEqual((await operations.allowList({})).entries, []);
    });

    story('the host and the configuration are always on it', async ({ operations }) => {
      const { implied } = await operations.allowList({});
      const targets = implied.map(({ target }) => target);
      for (const target of ['127.0.0.1', '::1', '198.51.100.0/24']) assert.ok(targets.includes(target), target);
    });
  });

  describe(`${name}: why`, () => {
    story('a blocked address: by whom, where, since when', async ({ operations }) => {
      await operations.block({ address: '203.0.113.0/24', reason: 'scans', by: 'ann' });
      const answer = await operations.why({ subject: '203.0.113.7' });
      assert.equal(answer.verdict, 'blocked');
      assert.equal(answer.answer, '203.0.113.7 (as part of 203.0.113.0/24) is blocked by ann: scans');
      assert.deepEqual(
        answer.blocks.map(({ target }) => target),
        ['203.0.113.0/24'],
      );
      assert.deepEqual(answer.layers, [
        { layer: 'store', blocked: true, error: null },
        { layer: 'memory', blocked: true, error: null },
      ]);
    });

    story('a network: also what is blocked inside it', async ({ operations }) => {
      await operations.block({ address: '203.0.113.7' });
      const { verdict, notes } = await operations.why({ subject: '203.0.113.0/24' });
      assert.equal(verdict, 'not-blocked');
      assert.match(notes.join(), /^1 block is in force inside 203\.0\.113\.0\/24/);
    });

    story('a layer that disagrees is named', async ({ operations, engine }) => {
      await operations.block({ address: '203.0.113.7' });
      engine.blocks.clear();
      const { notes } = await operations.why({ subject: '203.0.113.7' });
      assert.match(notes.join(), /memory lets it in, against the store/);
    });

    story('a layer that cannot be asked is not taken for an answer', async ({ operations, engine }) => {
      await operations.block({ address: '203.0.113.7' });
      engine.failure = 'gone';
      const { layers, notes } = await operations.why({ subject: '203.0.113.7' });
      assert.deepEqual(layers[1], { layer: 'memory', blocked: null, error: 'gone' });
      assert.deepEqual(notes, []);
    });

    story('an allowlisted address: by which entry', async ({ operations }) => {
      await operations.allowAdd({ entries: [{ address: '192.0.2.0/24', description: 'Office' }] });
      const answer = await operations.why({ subject: '192.0.2.9' });
      assert.equal(answer.verdict, 'allowlisted');
      assert.equal(answer.answer, '192.0.2.9 is never blocked: the allowlist holds 192.0.2.0/24 (Office).');
    });

    story('an account: what was tried', async ({ operations, store }) => {
      await store.commit({
        source: 'test',
        position: null,
        events: [],
        blocks: [],
        signals: [
          {
            kind: 'register.failed',
            at: START,
            ip: '203.0.113.7',
            port: 5060,
            transport: 'udp',
            proven: 'unknown',
            sensor: 'test',
            method: 'REGISTER',
            status: 401,
            reason: 'Unauthorized',
            user: '1001',
            domain: 'example.com',
            requestUri: 'sip:example.com',
            userAgent: '\u001b[31mevil',
            callId: 'x',
            expires: 60,
            count: 1,
          },
        ],
      });
      const answer = await operations.why({ subject: 'sip:1001@example.com' });
      assert.deepEqual(answer.subject, { aor: '1001@example.com' });
      assert.equal(answer.history.failures, 1);
      assert.equal(answer.history.signals[0]?.at, START);
      assert.equal(answer.history.firstAt, START);
    });

    for (const subject of ['300.1.2.3', '1.2.3', '192.0.2.1/33', ':::', '2001:db8::zz', '1001@', '@b.example', '   ']) {
      story(`${JSON.stringify(subject)} is no address and no account`, async ({ operations }) =>
        refused(operations.why({ subject }), 'invalid', 'subject', /^expected an IP address, a network or an account/),
      );
    }
  });

  describe(`${name}: records`, () => {
    story('events are found by type, severity, time and source', async ({ operations, time }) => {
      await operations.block({ address: '203.0.113.7' });
      time.now += 2 * HOUR_MS;
      await operations.block({ address: '198.51.101.1' });
      const ips = async (filter: Parameters<Operations['events']>[0]) =>
        (await operations.events(filter)).events.map(({ ip }) => ip);
      assert.deepEqual(await ips({}), ['198.51.101.1', '203.0.113.7']);
      assert.deepEqual(await ips({ since: '1h' }), ['198.51.101.1']);
      assert.deepEqual(await ips({ since: new Date(START).toISOString() }), ['198.51.101.1', '203.0.113.7']);
      assert.deepEqual(await ips({ source: '203.0.113.0/24' }), ['203.0.113.7']);
      assert.deepEqual(await ips({ severity: 'critical' }), []);
      assert.deepEqual(await ips({ limit: 1 }), ['198.51.101.1']);
    });

    story('an event is resolved once', async ({ operations, time }) => {
      await operations.block({ address: '203.0.113.7' });
      const [event] = (await operations.events({})).events;
      assert.deepEqual(await operations.eventResolve({ id: event!.id, by: 'alice' }), { id: event!.id });
      time.now += 1000;
      await operations.eventResolve({ id: event!.id });
      const [resolved] = (await operations.events({ resolved: true })).events;
      assert.deepEqual([resolved?.resolvedAt, resolved?.resolvedBy], [START, 'alice']);
      assert.deepEqual((await operations.events({ resolved: false })).events, []);
      await refused(operations.eventResolve({ id: 9999 }), 'not-found', 'id', /there is no event 9999/);
      await refused(operations.eventResolve({ id: 0 }), 'invalid', 'id', /^expected an integer >= 1, got 0$/);
    });

    story('wrong filters are refused with what exists', async ({ operations }) => {
      await refused(
        operations.events({ type: 'nonsense' as never }),
        'invalid',
        'type',
        /^expected one of brute_force_detected, /,
      );
      await refused(operations.events({ since: 'yesterday' }), 'invalid', 'since', /^expected a span back from now/);
      await refused(
        operations.events({ limit: 0 }),
        'invalid',
        'limit',
        /^expected an integer from 1 to 10000, got 0$/,
      );
      await refused(operations.events({ colour: 'red' } as never), 'invalid', 'colour', /^unknown key/);
    });

    story('stats count the time asked for', async ({ operations }) => {
      await operations.block({ address: '203.0.113.7' });
      const stats = await operations.stats({ since: '2h' });
      assert.equal(stats.activeBlocks, 1);
      assert.equal(stats.events, 1);
      assert.equal(stats.until, START);
    });

    story('the store says where it is and can be pruned', async ({ operations, time }) => {
      await operations.block({ address: '203.0.113.7' });
      assert.equal((await operations.dbStatus({})).engine, 'sqlite');
      time.now += 1000 * 86_400_000;
      const { deleted } = await operations.dbPrune({});
      assert.equal(deleted.security_events, 1);
      assert.deepEqual((await operations.events({})).events, []);
    });
  });

  describe(`${name}: health`, () => {
    story('status says who answers', async ({ operations }) => {
      const status = await operations.status({});
      assert.equal(status.daemon, true);
      assert.equal(status.health.state, 'ok');
      assert.equal(status.health.startedAt, 1000);
      assert.match(status.version, /^\d+\.\d+\.\d+/);
    });

    story('doctor finds what is missing and says what to do', async ({ operations }) => {
      const { checks } = await operations.doctor({});
      const byName = Object.fromEntries(checks.map((check) => [check.name, check]));
      assert.equal(byName.daemon?.state, 'ok');
      assert.equal(byName.store?.state, 'ok');
      assert.equal(byName['state directory']?.state, 'ok');
      assert.equal(byName.enforcement?.state, 'warning');
      assert.match(byName.enforcement?.advice ?? '', /enforcement: enforce/);
    });
  });
}
