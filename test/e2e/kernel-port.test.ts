/** An attacker and a phone behind one NAT address, a real daemon and the real kernel: only the attacker's port is shut. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ATTACKER, NAT, type Office, PHONE, withOffice } from '../../src/enforcers/nftables/nat.testkit.ts';
import { Flow } from '../../src/lib/flow.ts';
import { eventually, type LentDaemon, withDaemon } from '../support/daemon.ts';
import { whyNoNamespace } from '../support/namespace.ts';

const missing = whyNoNamespace();
if (missing !== undefined) process.stdout.write(`# kernel-port: skipped, ${missing}\n`);

interface Story extends Office {
  readonly daemon: LentDaemon;
  /** Sends a request of the client, and reports it as the SIP server behind would. */
  readonly report: (client: string, kind: 'register.ok' | 'register.failed', user: string) => Promise<string>;
}

/** One line of OpenSIPS' events file about a request that came in this flow. */
function line(kind: string, text: string, user: string): string {
  const { address, port, protocol } = Flow.parse(text) ?? assert.fail(text);
  const [status, reason] = kind === 'register.ok' ? ['200', 'OK'] : ['401', 'Unauthorized'];
  const seconds = Math.floor(Date.now() / 1000);
  return `E_SIPWARD,1,${kind},${seconds},0,${address.text},${port},${protocol},1,REGISTER,${status},${reason},${user},example.com,sip%3Aexample.com,Phone,call-1,600\n`;
}

async function tell(blockTime: string, use: (story: Story) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sipward-port-'));
  const file = join(directory, 'events.log');
  writeFileSync(file, '');
  const config = {
    enforcement: 'enforce',
    web: { enabled: false },
    sources: { edge: { type: 'file-tail', path: file, format: 'opensips-events', from: 'beginning' } },
    policy: { 'known-good': { 'on-attack': 'port' }, 'unproven-block-times': [blockTime] },
  };
  try {
    await withOffice((office) =>
      withDaemon({ config, prefix: office.sbc.prefix }, (daemon) =>
        use({
          ...office,
          daemon,
          report: async (client, kind, user) => {
            assert.ok(await office.does('udp', client), `${client} is heard`);
            const flow = await office.latest();
            appendFileSync(file, line(kind, flow, user));
            return flow;
          },
        }),
      ),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function attackUntilShut({ report, does, daemon }: Story): Promise<string> {
  let flow = '';
  for (let guess = 0; guess < 5; guess++) flow = await report(ATTACKER, 'register.failed', String(900 + guess));
  await eventually(async () => {
    const { blocks } = (await daemon.ask('blocks')) as unknown as { blocks: { target: string }[] };
    assert.deepEqual(
      blocks.map(({ target }) => target),
      [flow],
    );
    assert.equal(await does('udp', ATTACKER), false);
  });
  return flow;
}

test(
  'the port of an attacker is shut in the kernel, also after a crash; a phone beside him goes on',
  { skip: missing },
  () =>
    tell('1h', async (story) => {
      const { report, does, daemon, sbc } = story;
      const phone = await report(PHONE, 'register.ok', '200');
      const attacker = await attackUntilShut(story);
      assert.notEqual(attacker, phone);
      assert.equal(await report(PHONE, 'register.ok', '200'), phone);

      await daemon.kill();
      assert.equal(await does('udp', ATTACKER), false);
      await daemon.start();
      assert.equal(await does('udp', ATTACKER), false);
      sbc.sh('nft', 'flush', 'set', 'inet', 'sipward', 'block4-flows');
      await eventually(async () => assert.equal(await does('udp', ATTACKER), false, 'put back'));
      assert.ok(await does('udp', PHONE));

      const why = await daemon.run('why', NAT);
      assert.match(
        why.stdout,
        /^10\.78\.0\.2 is let in, but for UDP port \d+ of 10\.78\.0\.2, which is blocked by brute-force: /,
      );
      await daemon.ask('unblock', NAT);
      assert.ok(await does('udp', ATTACKER));
    }),
);

test('it ends by itself, in the kernel and in the store alike', { skip: missing }, () =>
  tell('6s', async (story) => {
    await story.report(PHONE, 'register.ok', '200');
    await attackUntilShut(story);
    await eventually(async () => {
      assert.ok(await story.does('udp', ATTACKER));
      assert.deepEqual((await story.daemon.ask('blocks')).blocks, []);
    }, 15_000);
    const { events } = (await story.daemon.ask('events', '--type', 'ip_unblocked')) as unknown as {
      events: { ip: string; description: string }[];
    };
    assert.deepEqual(
      events.map(({ ip, description }) => [ip, description.replace(/\d{4,5}/, 'N')]),
      [[NAT, `UDP port N of ${NAT}: its time was up`]],
    );
  }),
);
