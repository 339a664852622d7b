/** One attack, told by every command: the daemon follows a real file, the commands ask it over its socket. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { appendFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { type Cli, until, withCli, withDaemon } from './cli.testkit.ts';

/** Failed registrations with a hostile user agent, the last of them at `at`. */
function failures(count: number, ip: string, at: number, proven: 0 | 1 = 1): string {
  const line = (i: number) => {
    const seconds = Math.floor(at / 1000) - count + 1 + i;
    return `E_SIPWARD,1,register.failed,${seconds},0,${ip},5071,udp,${proven},REGISTER,401,Unauthorized,1001,example.com,sip%3Aexample.com,%1B[31mevil%0Aagent,call-${i},60\n`;
  };
  return Array.from({ length: count }, (_, i) => line(i)).join('');
}

/** A daemon that follows a file of its own; `config` is added. */
function watching(use: (cli: Cli, append: (text: string) => void, banner: string) => Promise<void>, config = '') {
  return withCli(async (cli) => {
    const file = join(cli.directory, 'events.log');
    appendFileSync(file, '');
    const yaml = `sources: {edge: {type: file-tail, path: ${file}, format: opensips-events, from: beginning}}\nweb: {listen: "127.0.0.1:0"}\n${config}`;
    await withDaemon(cli, yaml, (banner) => use(cli, (text) => appendFileSync(file, text), banner));
  });
}

describe('an attack', () => {
  it('that may be forged makes nobody an offender, also after a restart', () =>
    withCli(async (cli) => {
      const file = join(cli.directory, 'events.log');
      const yaml = `sources: {edge: {type: file-tail, path: ${file}, format: opensips-events, from: beginning}}\nweb: {enabled: false}\n`;
      const reasons: string[] = [];
      for (const proven of [0, 1, 1] as const) {
        appendFileSync(file, failures(8, '203.0.113.7', cli.time.now, proven));
        await withDaemon(cli, yaml, async () => {
          const { blocks } = await until(
            () => cli.json('blocks'),
            (answer) => answer.blocks.length === 1,
          );
          reasons.push(blocks[0].reason);
        });
        cli.time.now += 2 * 3_600_000;
      }
      assert.match(reasons[0] ?? '', /^blocked for 2m: .*; the address may be forged/);
      assert.match(reasons[1] ?? '', /^blocked for 1h: 5 failed registrations within 5m$/);
      assert.match(reasons[2] ?? '', /^blocked for 4h: .*; offence number 2$/);
    }));

  it('is told by status, why, events, stats, blocks and the page', () =>
    watching(async (cli, append, banner) => {
      append(failures(8, '203.0.113.7', cli.time.now) + failures(2, '198.51.100.4', cli.time.now));
      append('no line of ours\n');
      await until(
        () => cli.json('blocks'),
        ({ blocks }) => blocks.length === 1,
      );
      await until(
        () => cli.json('stats'),
        ({ failedRegistrations }) => failedRegistrations === 10,
      );

      const why = (await cli.run(['why', '203.0.113.7'])).stdout;
      assert.match(why, /^203\.0\.113\.7 is blocked by brute-force \(dry run\): .*5 failed registrations within 5m/);
      assert.match(why, /\nLayers\nLAYER +STATE\nstore +keeps it out\ndry-run +would keep it out\n/);
      assert.match(why, /\nRecorded: 8 failed registrations and 0 door knocks, first .*, last /);
      assert.match(why, /\n.* error +brute_force_detected +203\.0\.113\.7 /);
      assert.match(why, / REGISTER +401 Unauthorized +1001@example\.com +\\x1b\[31mevil\\x0aagent\n/);
      assert.ok(!why.includes('\u001b'));

      const account = (await cli.run(['why', 'sip:1001@example.com'])).stdout;
      assert.match(account, /^The account 1001@example\.com is not disabled; 10 failed registrations are recorded\.\n/);

      const events = await cli.json('events', '--type', 'brute_force_detected', '--source', '203.0.113.0/24');
      assert.equal(events.events.length, 1);
      assert.equal(events.events[0].severity, 'error');

      const stats = (await cli.run(['stats'])).stdout;
      assert.match(stats, /failed registrations +10\n/);
      assert.match(stats, /TOP SOURCES .*\n203\.0\.113\.7 +8 +0 .*\n198\.51\.100\.4 +2 +0 /);
      assert.match(stats, /TOP ACCOUNTS .*\n1001@example\.com +10 +2 /);

      const status = (await cli.run(['status'])).stdout;
      assert.match(status, /\nedge +file-tail +10 +– +1 +0ms ago +ok\n/);
      assert.match(status, /\nbrute-force +enforce +1 /);

      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(banner)?.[0] ?? '';
      const page = await (await fetch(url)).text();
      assert.match(page, /<td class="mono">203\.0\.113\.7<\/td>/);
      assert.match(page, /dry-run: nobody is kept out/);
      assert.match(
        await (await fetch(`${url}metrics`)).text(),
        /^sipward_findings_total\{detector="brute-force"\} 1$/m,
      );
    }));

  it('ends for one who is put on the allowlist, and he stays free', () =>
    watching(async (cli, append) => {
      append(failures(8, '203.0.113.7', cli.time.now));
      await until(
        () => cli.json('blocks'),
        ({ blocks }) => blocks.length === 1,
      );
      const add = await cli.run(['allow', 'add', '203.0.113.0/24', 'Office']);
      assert.match(add.stdout, /Lifted the block of 203\.0\.113\.7\./);
      cli.time.now += 600_000;
      append(failures(20, '203.0.113.7', cli.time.now) + failures(8, '198.51.100.4', cli.time.now));
      const { blocks } = await until(
        () => cli.json('blocks'),
        (answer) => answer.blocks.length > 0,
      );
      assert.deepEqual(
        blocks.map(({ target }: { target: string }) => target),
        ['198.51.100.4'],
      );
      assert.match((await cli.run(['why', '203.0.113.7'])).stdout, /^203\.0\.113\.7 is never blocked: .*Office/);
    }));

  it('from behind the address of an office is stopped at its port, in the words of every command', () =>
    watching(async (cli, append, banner) => {
      const line = (kind: string, user: string, port: number, i: number) => {
        const seconds = Math.floor(cli.time.now / 1000) - 20 + i;
        const [status, reason] = kind === 'register.ok' ? ['200', 'OK'] : ['401', 'Unauthorized'];
        return `E_SIPWARD,1,${kind},${seconds},0,198.51.100.20,${port},udp,1,REGISTER,${status},${reason},${user},example.com,sip%3Aexample.com,Phone,call-${i},600\n`;
      };
      const phones = Array.from({ length: 5 }, (_, i) => line('register.ok', String(200 + i), 6000 + i, 0));
      append(
        phones.join('') + Array.from({ length: 8 }, (_, i) => line('register.failed', `90${i}`, 7000, 1 + i)).join(''),
      );
      const { blocks } = await until(
        () => cli.json('blocks'),
        (answer) => answer.blocks.length === 1,
      );
      assert.equal(blocks[0].target, 'udp:198.51.100.20:7000');
      const port = /UDP port 7000 of 198\.51\.100\.20/;
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(banner)?.[0] ?? '';
      const page = await (await fetch(url)).text();
      assert.match(page, /<td class="mono">UDP port 7000 of 198\.51\.100\.20<\/td>/);
      for (const command of ['blocks', 'why 198.51.100.20', 'events', '--config daemon.yaml replay events.log']) {
        assert.match((await cli.run(command.split(' '))).stdout, port, command);
      }
      const replayed = await cli.run(['--config', 'daemon.yaml', 'replay', 'events.log']);
      assert.match(replayed.stdout, /^Nobody would have been blocked, 1 single port/m);
      const { answer, verdict, ports } = await cli.json('why', '198.51.100.20');
      assert.deepEqual([verdict, ports.length], ['not-blocked', 1]);
      assert.match(
        answer,
        /^198\.51\.100\.20 is let in, but for UDP port 7000 of 198\.51\.100\.20, which is blocked by/,
      );
      assert.match((await cli.run(['unblock', '198.51.100.20'])).stdout, /^Lifted the block of UDP port 7000 of/);
      assert.deepEqual((await cli.json('blocks')).blocks, []);
    }, 'policy: {known-good: {on-attack: port}}\n'));

  it('decides in a replay what it decided live', () =>
    watching(async (cli, append) => {
      append(failures(8, '203.0.113.7', cli.time.now) + failures(2, '198.51.100.4', cli.time.now));
      const { blocks } = await until(
        () => cli.json('blocks'),
        (answer) => answer.blocks.length === 1,
      );
      const { decisions } = await cli.json('replay', 'events.log');
      assert.equal(decisions.length, 1);
      assert.deepEqual(
        [decisions[0].action, decisions[0].ip, decisions[0].reason],
        ['block', blocks[0].target, blocks[0].reason],
      );
      assert.equal(Date.parse(blocks[0].expiresAt) - Date.parse(decisions[0].at), decisions[0].seconds * 1000);
    }));
});

/** A port of loopback that is taken, over UDP and, if `both`, over TCP too. */
async function withTakenPort(both: boolean, use: (port: number) => Promise<void>): Promise<void> {
  const tcp = createServer();
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4');
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  if (!both) await new Promise((resolve) => tcp.close(resolve));
  try {
    await use(port);
  } finally {
    udp.close();
    if (both) tcp.close();
  }
}

/** A daemon whose only source is a decoy on `port`. */
function decoyOn(port: number): string {
  return `sources: {decoy: {type: decoy, listen: ["127.0.0.1:${port}"]}}\nweb: {listen: "127.0.0.1:0"}\n`;
}

describe('a part that fails', () => {
  it('is shown by status, doctor and /readyz, and the others go on', () =>
    withCli((cli) =>
      withTakenPort(true, async (port) => {
        await withDaemon(cli, decoyOn(port), async (banner) => {
          await until(
            () => cli.json('status'),
            ({ health }) => health.state === 'failing',
          );
          const status = await cli.run(['status']);
          assert.match(status.stdout, /daemon +failing/);
          assert.match(status.stdout, /\n! source decoy: .*EADDRINUSE/);
          const doctor = await cli.run(['doctor']);
          assert.equal(doctor.code, 1);
          assert.match(doctor.stdout, /\nFAILED {3}source decoy: .*EADDRINUSE.*\n {9}see the log of the daemon\n/);
          const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(banner)?.[0] ?? '';
          assert.equal((await fetch(`${url}readyz`)).status, 503);
          assert.equal((await fetch(`${url}healthz`)).status, 200);
          assert.match(await (await fetch(url)).text(), /<div class="problems">/);
          assert.equal((await cli.run(['block', '203.0.113.7'])).code, 0);
        });
      }),
    ));

  it('is told even if the rest of the source works', () =>
    withCli((cli) =>
      withTakenPort(false, async (port) => {
        await withDaemon(cli, decoyOn(port), async () => {
          const { health } = await until(
            () => cli.json('status'),
            (answer) => answer.health.sources[0].faults > 0,
          );
          assert.equal(health.state, 'ok');
          assert.match((await cli.run(['status'])).stdout, /\ndecoy .* ok, with 1 fault; the last: .*udp.*EADDRINUSE/);
          const doctor = await cli.run(['doctor']);
          assert.equal(doctor.code, 0);
          assert.match(doctor.stdout, /\nwarning {2}source decoy: .*; 1 fault, the last: .*EADDRINUSE/);
        });
      }),
    ));
});
