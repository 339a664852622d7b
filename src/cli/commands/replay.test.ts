import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { withCli } from '../cli.testkit.ts';

/** Failed registrations, one a second; the user agent is hostile. */
function failures(count: number, ip: string): string {
  const line = (i: number) =>
    `E_SIPWARD,1,register.failed,${1_763_864_688 + i},0,${ip},5071,udp,1,REGISTER,401,Unauthorized,1001,example.com,,%1B[2Jevil\n`;
  return Array.from({ length: count }, (_, i) => line(i)).join('');
}

describe('replay', () => {
  it('prints one object with --json, and touches nothing', () =>
    withCli(async (cli) => {
      const file = cli.write('events.log', `${failures(10, '203.0.113.7')}${failures(1, '198.51.100.4')}nonsense\n`);
      const report = await cli.json('replay', file);
      assert.deepEqual(Object.keys(report), ['input', 'findings', 'decisions', 'sources', 'customers']);
      assert.deepEqual(report.customers, { seen: 0, hurt: [] });
      const { seconds, ...input } = report.input;
      assert.deepEqual(input, { files: 1, lines: 12, signals: 11, unrecognised: 1 });
      assert.equal(typeof seconds, 'number');
      assert.deepEqual(report.decisions[0], {
        action: 'block',
        ip: '203.0.113.7',
        at: '2025-11-23T02:24:52.000Z',
        seconds: 3600,
        reason: report.decisions[0].reason,
        finding: 'brute_force_detected',
      });
      assert.deepEqual(
        report.sources.map(({ ip, verdict }: { ip: string; verdict: string }) => [ip, verdict]),
        [
          ['203.0.113.7', 'attacker'],
          ['198.51.100.4', 'misconfigured'],
        ],
      );
      assert.equal(existsSync(join(cli.directory, 'state')), false);
    }));

  it('says in words who would have been blocked and why', () =>
    withCli(async (cli) => {
      cli.write('events.log', failures(10, '203.0.113.7') + failures(1, '198.51.100.4'));
      const { code, stdout, stderr } = await cli.run(['replay', 'events.log']);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /^Read 11 lines of 1 file in \d+\.\d s: 11 signals, 0 lines not understood\.\n/);
      assert.match(stdout, /\n1 of 2 sources would have been blocked\.\n/);
      assert.match(
        stdout,
        /\nADDRESS +VERDICT +SIGNALS +WHY\n203\.0\.113\.7 +attacker +10 +brute_force_detected\n198\.51\.100\.4 +misconfigured +1 +something failed/,
      );
      assert.match(stdout, /\nbrute_force_detected +1 +1 .*203\.0\.113\.7: 5 failed registrations within 5m\n/);
      assert.match(stdout, / block +203\.0\.113\.7 +1h +blocked for 1h: /);
    }));

  it('counts packets of a capture, not lines', () =>
    withCli(async (cli) => {
      const head = 'd4c3b2a1020004000000000000000000ffff000001000000';
      const frame = '01000000000000000400000004000000deadbeef';
      writeFileSync(join(cli.directory, 'traffic.pcap'), Buffer.from(head + frame, 'hex'));
      const { stdout } = await cli.run(['replay', 'traffic.pcap']);
      assert.match(stdout, /^Read 1 packet of 1 file in \d+\.\d s: 0 signals, \d packets? not understood\.\n/);
    }));

  it('says who would have been hurt, as far as the recording shows', () =>
    withCli(async (cli) => {
      const welcome = (ip: string, at: number) =>
        `E_SIPWARD,1,register.ok,${1_763_864_688 + at},0,${ip},5071,udp,0,REGISTER,200,OK,1001,example.com\n`;
      const told = async (text: string) => {
        cli.write('events.log', text);
        return (await cli.run(['replay', 'events.log'])).stdout.split('\n')[2];
      };
      const attack = failures(10, '203.0.113.7');
      assert.match((await told(attack)) ?? '', /^Nothing here shows who registers/);
      assert.match((await told(welcome('198.51.100.4', 0) + attack)) ?? '', /^Nobody who registered .* hurt\.$/);
      assert.match((await told(attack + welcome('203.0.113.7', 20))) ?? '', /^Look first: 203\.0\.113\.7 registered/);
      assert.equal(await told(welcome('198.51.100.4', 0)), '');
    }));

  it('asks the stored allowlist, and the configuration', () =>
    withCli(async (cli) => {
      cli.write('events.log', failures(10, '203.0.113.7'));
      await cli.run(['allow', 'add', '203.0.113.0/24', 'Office']);
      assert.match((await cli.run(['replay', 'events.log'])).stdout, /\nNobody would have been blocked\.\n.*Office/s);
      await cli.run(['allow', 'remove', '203.0.113.0/24']);
      cli.write('strict.yaml', 'detectors: {brute-force: {mode: off}}\n');
      const run = await cli.run(['--config', 'strict.yaml', 'replay', 'events.log']);
      assert.match(run.stdout, /\nNobody would have been blocked\.\n/);
    }));

  it('shows progress on a terminal, and wipes it away', () =>
    withCli(async (cli) => {
      cli.write('events.log', failures(20_000, '203.0.113.7'));
      const { stderr } = await cli.run(['replay', 'events.log'], { terminal: true });
      assert.match(stderr, /replaying \d+ %/);
      assert.ok(stderr.endsWith('\r\u001b[K'));
    }));

  it('shortens long tables and says so', () =>
    withCli(async (cli) => {
      cli.write('events.log', Array.from({ length: 60 }, (_, i) => failures(5, `203.0.113.${i}`)).join(''));
      const { stdout } = await cli.run(['replay', 'events.log']);
      assert.match(stdout, /\nand 10 more \(all with --json\)\n/);
      assert.equal((await cli.json('replay', 'events.log')).sources.length, 60);
    }));

  for (const [name, argv, code, message] of [
    ['no file', ['replay'], 2, /^sipward: <file>: expected logs, or captures/],
    ['a file that is not there', ['replay', 'absent.log'], 1, /^sipward: .*absent\.log: there is no such file\n$/],
    [
      'an unknown format',
      ['replay', '--format', 'x', 'absent.log'],
      2,
      /--format: expected one of auto, opensips-events/,
    ],
  ] as const) {
    it(`refuses ${name}`, () =>
      withCli(async (cli) => {
        const run = await cli.run(argv);
        assert.deepEqual([run.code, run.stdout], [code, '']);
        assert.match(run.stderr, message);
      }));
  }

  it('says so when there was nothing to judge', () =>
    withCli(async (cli) => {
      cli.write('empty.log', '');
      const { code, stdout } = await cli.run(['replay', 'empty.log']);
      assert.equal(code, 0);
      assert.match(stdout, /\nNothing to judge: no signals were found\.\n$/);
    }));
});
