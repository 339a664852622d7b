import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { START, withCli, withDaemon } from './cli.testkit.ts';

const HOUR_MS = 3_600_000;

describe('block, blocks, unblock, why', () => {
  it('tells the story of one block', () =>
    withCli(async (cli) => {
      const block = await cli.run(['block', '203.0.113.7', '--for', '2h', '--reason', 'scans us']);
      assert.equal(block.code, 0);
      assert.match(block.stdout, /^Blocked 203\.0\.113\.7 until 2026-01-01 \d\d:00:00[+-]\d\d:\d\d\.\n$/);
      assert.equal(block.stderr, 'No daemon is running: recorded only, enforced when sipward runs.\n');

      cli.time.now += HOUR_MS;
      const [head = '', row = '', ...rest] = (await cli.run(['blocks'])).stdout.split('\n');
      assert.match(head, /^TARGET +SINCE +ENDS +BY +REASON$/);
      assert.match(row, /^203\.0\.113\.7 .* in 1h +ann +scans us$/);
      assert.deepEqual(rest, ['']);
      assert.equal(head.indexOf('REASON'), row.indexOf('scans us'));

      const why = await cli.run(['why', '203.0.113.7']);
      assert.match(why.stdout, /^203\.0\.113\.7 is blocked by ann: scans us\n/);
      assert.match(why.stdout, /\nstore +keeps it out\n/);
      assert.match(why.stdout, /\nNothing hostile is recorded\.\n/);

      const unblock = await cli.run(['unblock', '203.0.113.7', '--reason', 'mistake']);
      assert.equal(unblock.stdout, 'Lifted the block of 203.0.113.7.\n');
      assert.equal((await cli.run(['blocks'])).stdout, 'No blocks are in force.\n');
      assert.match(
        (await cli.run(['why', '203.0.113.7'])).stdout,
        /Earlier blocks\n.*\n203\.0\.113\.7 .* mistake +scans us\n$/,
      );
      const again = await cli.run(['unblock', '203.0.113.7']);
      assert.deepEqual([again.code, again.stdout], [0, '203.0.113.7 was not blocked.\n']);
      const port = await cli.run(['unblock', 'udp:203.0.113.7:5071']);
      assert.equal(port.stdout, 'UDP port 5071 of 203.0.113.7 was not blocked.\n');
    }));

  it('tells a block in force inside a network from one that has ended there', () =>
    withCli(async (cli) => {
      await cli.run(['block', '203.0.113.7', '--for', '1h']);
      const why = await cli.run(['why', '203.0.113.0/24']);
      assert.match(why.stdout, /1 block is in force inside 203\.0\.113\.0\/24/);
      assert.doesNotMatch(why.stdout, /Earlier blocks/);
      cli.time.now += 2 * HOUR_MS;
      assert.match((await cli.run(['why', '203.0.113.0/24'])).stdout, /Earlier blocks\n.*\n203\.0\.113\.7 .* expired /);
    }));

  it('answers in JSON with times in UTC', () =>
    withCli(async (cli) => {
      const block = await cli.json('block', '2001:db8::1', '--for', 'forever');
      assert.deepEqual(block, {
        daemon: false,
        target: '2001:db8::/64',
        blockedAt: '2026-01-01T00:00:00.000Z',
        expiresAt: null,
        changed: true,
        layers: [],
        notes: [
          'IPv6 is counted and blocked per /64: this blocks 2001:db8::/64.',
          'No daemon is running: recorded only, enforced when sipward runs.',
        ],
      });
      const { blocks } = await cli.json('blocks');
      assert.equal(blocks[0].blockedAt, new Date(START).toISOString());
      const why = await cli.json('why', '2001:db8::2');
      assert.equal(why.verdict, 'blocked');
      assert.equal(why.history.events[0].at, new Date(START).toISOString());
    }));

  for (const [argv, code, message] of [
    [
      ['block', '10.0.0.0/0'],
      2,
      /^sipward: <address>: expected an IP address or CIDR network .*, got "10\.0\.0\.0\/0"\n$/,
    ],
    [
      ['block', '10.0.0.0/8'],
      1,
      /^sipward: <address>: expected an IPv4 network of \/16 or narrower, got "10\.0\.0\.0\/8"; use force/,
    ],
    [['block', '127.0.0.1'], 1, /^sipward: <address>: 127\.0\.0\.1 is never blocked/],
    [['block', '203.0.113.7', '--for', '-1'], 2, /^sipward: --for: expected a duration such as .*, got "-1"\n$/],
    [['block', 'x\u001b[2J'], 2, /got "x\\u001b\[2J"\n$/],
    [
      ['why', '300.1.2.3'],
      2,
      /^sipward: <subject>: expected an IP address, a network or an account, got "300\.1\.2\.3"\n$/,
    ],
    [['why', '1.2.3.4', '--limit', '0'], 2, /^sipward: --limit: expected an integer from 1 to 1000, got 0\n$/],
    [['block', '0.0.0.0/0', '--force'], 1, /expected an IPv4 network of \/8 or narrower, got "0\.0\.0\.0\/0"/],
    [['block', '10.1.2.3/8'], 2, /expected a network without host bits, such as 10\.0\.0\.0\/8, got "10\.1\.2\.3\/8"/],
    [['unblock', 'everything'], 2, /^sipward: <address>: expected an IP address/],
    [['events', '--since', 'yesterday'], 2, /^sipward: --since: expected a span back from now/],
    [['events', '--type', 'x'], 2, /^sipward: --type: expected one of brute_force_detected, /],
    [['events', 'resolve', '99'], 1, /^sipward: <id>: there is no event 99\n$/],
    [['stats', '--since', '0'], 2, /^sipward: --since: expected a duration of at least 1s, got "0"\n$/],
  ] as const) {
    it(`refuses ${JSON.stringify(argv)} with ${code} and changes nothing`, () =>
      withCli(async (cli) => {
        const run = await cli.run(argv);
        assert.deepEqual([run.code, run.stdout], [code, '']);
        assert.match(run.stderr, message);
        assert.equal((await cli.run(['blocks'])).stdout, 'No blocks are in force.\n');
      }));
  }

  it('does not lock out the person who types it', () =>
    withCli(async (cli) => {
      const env = { SSH_CONNECTION: '198.51.100.20 50000 192.0.2.1 22' };
      const refused = await cli.run(['block', '198.51.100.0/24'], { env });
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /holds the address you are logged in from; use --force/);
      assert.equal((await cli.run(['block', '198.51.100.0/24', '--force'], { env })).code, 0);
      const overIpv6 = { SSH_CONNECTION: '2001:db8:1::9 50000 2001:db8::1 22' };
      assert.equal((await cli.run(['block', '2001:db8:1::5'], { env: overIpv6 })).code, 1, 'the same /64');
      assert.equal((await cli.run(['block', '2001:db8:1:1::5'], { env: overIpv6 })).code, 0);
    }));
});

describe('allow', () => {
  it('adds, lists, refuses blocks, removes', () =>
    withCli(async (cli) => {
      await cli.run(['block', '203.0.113.7']);
      const add = await cli.run(['allow', 'add', '203.0.113.0/24', 'Head office']);
      assert.equal(add.stdout, 'Added 203.0.113.0/24 to the allowlist.\nLifted the block of 203.0.113.7.\n');
      assert.match((await cli.run(['allow', 'list'])).stdout, /\n203\.0\.113\.0\/24 .* ann +Head office\n/);
      const block = await cli.run(['block', '203.0.113.7']);
      assert.equal(block.code, 1);
      assert.match(block.stderr, /the allowlist holds 203\.0\.113\.0\/24 \(Head office\)/);
      assert.equal((await cli.run(['allow', 'remove', '203.0.113.1'])).code, 1);
      assert.equal((await cli.run(['allow', 'remove', '203.0.113.0/24'])).code, 0);
      assert.equal((await cli.run(['block', '203.0.113.7'])).code, 0);
    }));

  it('refuses what is no address', () =>
    withCli(async (cli) => {
      const run = await cli.run(['allow', 'add', 'not-an-ip']);
      assert.equal(run.code, 2);
      assert.match(run.stderr, /^sipward: <address>: expected an IP address or CIDR network .*, got "not-an-ip"\n$/);
    }));

  it('gives back with import what export wrote', () =>
    withCli(async (first) => {
      await first.run(['allow', 'add', '198.51.100.0/24', 'Office, 2nd floor # west']);
      await first.run(['allow', 'add', '2001:db8::/48']);
      const exported = (await first.run(['allow', 'export'])).stdout;
      await withCli(async (second) => {
        const run = await second.run(['allow', 'import', '-'], { stdin: exported });
        assert.equal(run.stdout, 'Imported 2 entries; 0 were there already.\n');
        assert.equal((await second.run(['allow', 'export'])).stdout, exported);
        const again = await second.run(['allow', 'import', second.write('list', exported)]);
        assert.equal(again.stdout, 'Imported 0 entries; 2 were there already.\n');
      });
    }));

  it('imports thousands, in pieces', () =>
    withCli(async (cli) => {
      const lines = Array.from({ length: 1200 }, (_, i) => `10.1.${i >> 8}.${i & 255}\n`).join('');
      const run = await cli.run(['allow', 'import', '-'], { stdin: lines, terminal: true });
      assert.match(run.stdout, /^Imported 1200 entries/);
      assert.equal((await cli.json('allow', 'list')).entries.length, 1200);
    }));

  it('imports nothing if one line is wrong, and names every such line', () =>
    withCli(async (cli) => {
      const file = cli.write('list.txt', '192.0.2.1 fine\n\n192.0.2.7/24\n# note\nnonsense,here\n');
      const run = await cli.run(['allow', 'import', file]);
      assert.deepEqual([run.code, run.stdout], [1, '']);
      assert.deepEqual(run.stderr.split('\n'), [
        `sipward: ${file}:3: expected a network without host bits, such as 192.0.2.0/24, got "192.0.2.7/24"`,
        `sipward: ${file}:5: expected an IP address or CIDR network (192.0.2.1, 192.0.2.0/24, 2001:db8::/32), got "nonsense"`,
        'sipward: nothing was imported',
        '',
      ]);
      assert.deepEqual((await cli.json('allow', 'list')).entries, []);
    }));

  it('imports nothing if the last of many is too wide', () =>
    withCli(async (cli) => {
      const lines = Array.from({ length: 700 }, (_, i) => `10.1.${i >> 8}.${i & 255}\n`).join('');
      const run = await cli.run(['allow', 'import', '-'], { stdin: `${lines}0.0.0.0/0\n` });
      assert.deepEqual([run.code, run.stdout], [1, '']);
      assert.match(run.stderr, /^sipward: -:701: expected an IPv4 network of \/16 or narrower, got "0\.0\.0\.0\/0"\n/);
      assert.deepEqual((await cli.json('allow', 'list')).entries, []);
    }));

  it('says which file cannot be read', () =>
    withCli(async (cli) => {
      const run = await cli.run(['allow', 'import', 'absent.txt']);
      assert.equal(run.code, 1);
      assert.match(run.stderr, /^sipward: .*absent\.txt: there is no such file\n$/);
    }));
});

describe('events and stats', () => {
  it('lists by default, filters, and resolves', () =>
    withCli(async (cli) => {
      await cli.run(['block', '203.0.113.7']);
      cli.time.now += 2 * HOUR_MS;
      await cli.run(['block', '198.51.100.7']);
      const all = (await cli.run(['events'])).stdout.split('\n');
      assert.match(all[1] ?? '', /^ *2 .* info +ip_blocked +198\.51\.100\.7 +Blocked by ann: blocked by hand$/);
      assert.equal((await cli.json('events', '--since', '1h')).events.length, 1);
      assert.equal((await cli.json('events', 'list', '--source', '203.0.113.0/24')).events.length, 1);
      assert.equal((await cli.run(['events', 'resolve', '1'])).stdout, 'Event 1 is resolved.\n');
      assert.match((await cli.run(['events'])).stdout, /\[resolved by ann\]/);
      assert.equal((await cli.json('events', '--open')).events.length, 1);
      assert.equal((await cli.run(['events', '--severity', 'critical'])).stdout, 'No such events.\n');
    }));

  it('counts', () =>
    withCli(async (cli) => {
      await cli.run(['block', '203.0.113.7']);
      const run = await cli.run(['stats', '--since', '7d']);
      assert.match(run.stdout, /blocks in force now +1\n/);
      assert.equal((await cli.json('stats')).activeBlocks, 1);
    }));
});

describe('status, doctor, db, check, config', () => {
  it('says that no daemon runs, without failing', () =>
    withCli(async (cli) => {
      assert.match((await cli.run(['status'])).stdout, /daemon +not running\n/);
      const doctor = await cli.run(['doctor']);
      assert.equal(doctor.code, 0);
      assert.match(doctor.stdout, /^ok .*configuration: /);
      assert.match(doctor.stdout, /\nwarning {2}daemon: not running.*\n {9}start it: /);
      assert.equal((await cli.json('status')).health.state, 'stopped');
    }));

  it('looks after the store', () =>
    withCli(async (cli) => {
      assert.match((await cli.run(['db', 'migrate'])).stdout, /schema \d+ is up to date\.\n$/);
      assert.match((await cli.run(['db', 'status'])).stdout, /^sqlite at .*sipward\.db, schema/);
      await cli.run(['block', '203.0.113.7']);
      cli.time.now += 1000 * 24 * HOUR_MS;
      assert.equal((await cli.json('db', 'prune')).deleted.security_events, 1);
    }));

  it('checks the configuration alone', () =>
    withCli(async (cli) => {
      const file = cli.write('sipward.yaml', 'enforcement: enforce\n');
      const run = await cli.run(['check'], { env: { SIPWARD_CONFIG: '' } });
      assert.equal(run.stdout, `${file}: the configuration is good.\n`);
    }));

  it('warns of geographic data that cannot be used, with which run starts all the same', () =>
    withCli(async (cli) => {
      const broken = cli.write('city.mmdb', 'hello');
      const file = cli.write('sipward.yaml', `intel: { geo: { city: ${broken}, asn: /nowhere.mmdb } }\n`);
      const run = await cli.run(['--config', file, 'check']);
      assert.deepEqual([run.code, run.stdout], [0, `${file}: the configuration is good.\n`]);
      const asn = 'intel.geo.asn: /nowhere.mmdb cannot be read (ENOENT)';
      assert.match(
        run.stderr,
        /^sipward: intel\.geo\.country: .*\nsipward: intel\.geo\.city: .*: expected an MMDB file; /,
      );
      assert.ok(run.stderr.endsWith(`\nsipward: ${asn}; sipward runs without it\n`), run.stderr);
      assert.deepEqual((await cli.json('--config', file, 'check')).warnings.slice(2), [asn]);
      const daemon = await withDaemon(
        cli,
        `sources: {}\nweb: {enabled: false}\nintel: {geo: {asn: /nowhere.mmdb}}\n`,
        async () => {
          assert.match(
            (await cli.run(['doctor'])).stdout,
            new RegExp(`\\nwarning +geographic data asn: ${RegExp.escape(asn)}\\n`),
          );
        },
      );
      assert.ok(daemon.stderr.includes(asn), daemon.stderr);
    }));

  it('says where an address is, by the data that comes with it', () =>
    withCli(async (cli) => {
      const { stdout } = await cli.run(['why', '193.99.144.80']);
      assert.match(stdout, /^193\.99\.144\.80 is not blocked\.\nOrigin: DE, AS206564 Plus\.line AG\n/);
      assert.match((await cli.run(['why', '10.0.0.1'])).stdout, /\nOrigin: not known\n/);
    }));

  it('prints an example that it accepts itself, and a schema', () =>
    withCli(async (cli) => {
      const file = cli.write('example.yaml', (await cli.run(['config', 'example'])).stdout);
      assert.equal((await cli.run(['--config', file, 'check'])).code, 0);
      assert.equal(JSON.parse((await cli.run(['config', 'schema'])).stdout).title, 'sipward.yaml');
    }));
});

describe('terminals', () => {
  it('get colours unless NO_COLOR is set, and tables cut to their width', () =>
    withCli(async (cli) => {
      await cli.run(['block', '203.0.113.7', '--reason', 'a long story '.repeat(15)]);
      const coloured = await cli.run(['blocks'], { terminal: true, columns: 90 });
      assert.ok(coloured.stdout.includes('\u001b['));
      const plain = await cli.run(['blocks'], { terminal: true, columns: 90, env: { NO_COLOR: '1' } });
      assert.ok(!plain.stdout.includes('\u001b['));
      for (const line of plain.stdout.split('\n')) assert.ok(line.length <= 90, line);
      assert.match(plain.stdout, /…\n/);
      assert.match((await cli.run(['blocks'])).stdout, /(a long story ?){15}/);
    }));
});

describe('disable, disabled, enable, why', () => {
  it('tell the story of one account', () =>
    withCli(async (cli) => {
      const disable = await cli.run(['disable', 'sip:1001@Example.com', '--for', '2h', '--reason', 'stolen']);
      assert.deepEqual(
        [disable.code, disable.stderr],
        [0, 'No daemon is running: recorded only, enforced when sipward runs.\n'],
      );
      assert.match(disable.stdout, /^Disabled 1001@example\.com until 2026-01-01 \d\d:00:00[+-]\d\d:\d\d\.\n$/);
      assert.match((await cli.run(['disable', '1001@example.com'])).stdout, /^Disabled .* until 2026-01-02 /);
      const again = await cli.run(['disable', '1001@example.com', '--for', '1h']);
      assert.match(again.stdout, /^Already disabled: 1001@example\.com until /);

      cli.time.now += HOUR_MS;
      const [head = '', row = ''] = (await cli.run(['disabled'])).stdout.split('\n');
      assert.match(head, /^ACCOUNT +SINCE +ENDS +BY +REASON$/);
      assert.match(row, /^1001@example\.com .* in 23h +ann +disabled by hand$/);
      const why = (await cli.run(['why', '1001@EXAMPLE.com'])).stdout;
      assert.match(why, /^The account 1001@EXAMPLE\.com is disabled by ann: disabled by hand; no failed/);
      assert.match(why, /\nDisabled\nACCOUNT .*\n1001@example\.com /);
      assert.match(why, /\nLAYER +STATE\nstore +keeps it from calling\n/);

      const enable = await cli.run(['enable', '1001@example.com', '--reason', 'new password']);
      assert.equal(enable.stdout, 'Enabled 1001@example.com.\n');
      assert.equal((await cli.run(['disabled'])).stdout, 'No account is disabled.\n');
      assert.match((await cli.run(['why', '1001@example.com'])).stdout, /\nDisabled before\n.*\n1001.* new password /);
      const known = await cli.run(['enable', '1001@example.com']);
      assert.deepEqual([known.code, known.stdout], [0, '1001@example.com was not disabled.\n']);
      assert.equal((await cli.json('disable', 'a@b', '--for', 'forever')).expiresAt, null);
      assert.equal((await cli.json('disabled')).accounts[0].aor, 'a@b');
    }));

  it('say what is wrong with an account', () =>
    withCli(async (cli) => {
      const wrong = await cli.run(['disable', '1001']);
      assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
      assert.equal(wrong.stderr, 'sipward: <account>: expected an account such as 1001@example.com, got "1001"\n');
    }));
});
