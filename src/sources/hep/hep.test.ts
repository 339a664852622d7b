import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { withStateDir } from '../../../test/support/decoy.ts';
import { type LentSource, withSource } from '../../../test/support/source.ts';
import { hep3 } from '../../lib/hep/hep.testkit.ts';
import { hepConfig } from './config.ts';
import { Hep } from './hep.ts';

function failure(n: number): Buffer[] {
  const seconds = Math.floor(Date.now() / 1000);
  const tail = [
    `Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK${n}`,
    'From: <sip:1@example.com>;tag=1',
    `To: <sip:${n}@example.com>`,
    `Call-ID: ${n}`,
    'CSeq: 1 REGISTER',
    '',
    '',
  ].join('\r\n');
  return [
    hep3(`REGISTER sip:example.com SIP/2.0\r\n${tail}`, { seconds, from: '192.0.2.7', to: '198.51.100.1' }),
    hep3(`SIP/2.0 403 Forbidden\r\n${tail}`, { seconds, from: '198.51.100.1', to: '192.0.2.7' }),
  ];
}

const create = (config: Record<string, unknown> = {}) => ({
  create: (context: ConstructorParameters<typeof Hep>[1]) =>
    new Hep(hepConfig.parse({ type: 'hep', listen: ['127.0.0.1:0'], ...config }), context),
});

async function portOf({ source }: LentSource<Hep>): Promise<number> {
  return (await source.opened)[0]?.port ?? 0;
}

async function sendUdp(port: number, reports: readonly Buffer[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const report of reports) {
    await new Promise<void>((resolve, reject) => {
      socket.send(report, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
    });
  }
  socket.close();
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

const NO_COUNT = !existsSync('/proc/net/udp') && 'no /proc/net/udp';

describe('hep', () => {
  it('takes reports over UDP and TCP on one port', async () => {
    await withSource(create(), async (lent) => {
      const port = await portOf(lent);
      await sendUdp(port, failure(1));
      await lent.signals(1);
      const socket = await connected(port);
      const stream = Buffer.concat([...failure(2), ...failure(3)]);
      socket.write(stream.subarray(0, 700));
      socket.end(stream.subarray(700));
      const signals = await lent.signals(3);
      assert.deepEqual(
        signals.map(({ kind, user, address, sensor }) => [kind, user, address.text, sensor]),
        ['1', '2', '3'].map((user) => ['register.failed', user, '192.0.2.7', 'sensor']),
      );
      assert.deepEqual(lent.faults, []);
    });
  });

  it('loses nothing that was heard while nobody read, and gives nothing twice', async () => {
    await withStateDir(undefined, async (stateDir) => {
      const position = await withSource({ ...create(), stateDir }, async (lent) => {
        await sendUdp(await portOf(lent), failure(1));
        await lent.signals(1);
      });
      await withSource({ ...create(), stateDir, from: position }, async (lent) => {
        await sendUdp(await portOf(lent), failure(2));
        const signals = await lent.signals(1);
        assert.deepEqual(
          signals.map(({ user }) => user),
          ['2'],
        );
      });
      // As after a crash before the first batch was committed: all of it comes again.
      await withSource({ ...create(), stateDir }, async (lent) => {
        const signals = await lent.signals(2);
        assert.deepEqual(
          signals.map(({ user }) => user),
          ['1', '2'],
        );
      });
    });
  });

  it('counts what the kernel drops, and says how much it keeps', { skip: NO_COUNT }, async () => {
    await withSource(create(), async (lent) => {
      const port = await portOf(lent);
      assert.equal(lent.source.lost(), 0);
      assert.match(lent.source.notes().join(), /^the kernel keeps [\d.]+ MiB of what comes to udp 127\.0\.0\.1:\d+/);
      // Sent and received in one process: nothing is read before the loop turns.
      const flood = Array.from({ length: 1000 }, () => sendUdp(port, [Buffer.alloc(60_000)]));
      await Promise.all(flood);
      assert.ok(lent.source.lost() > 0);
    });
  });

  it('tells once of senders it does not know, and hangs up on them', async () => {
    await withSource(create({ senders: ['192.0.2.0/24'] }), async (lent) => {
      const port = await portOf(lent);
      const socket = await connected(port);
      socket.write(Buffer.concat(failure(1)));
      socket.resume();
      await once(socket, 'close');
      await sendUdp(port, failure(2));
      await sendUdp(port, failure(3));
      const [fault, ...more] = lent.faults;
      assert.match(fault?.message ?? '', /^sensor: reports from a sender that is not allowed.*1 so far, last from 127/);
      assert.deepEqual([more, lent.batches], [[], []]);
    });
  });

  it('tells of what is no HEP, and hangs up on it', async () => {
    await withSource(create(), async (lent) => {
      const port = await portOf(lent);
      await sendUdp(port, [Buffer.from('OPTIONS sip:a SIP/2.0\r\n\r\n')]);
      const socket = await connected(port);
      socket.write('GET / HTTP/1.1\r\n\r\n');
      socket.resume();
      await once(socket, 'close');
      while (lent.faults.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.match(lent.faults[0]?.message ?? '', /what came is no HEP; 1 so far/);
    });
  });

  it('takes no more connections than it may', async () => {
    await withSource(create({ 'max-connections': 1 }), async (lent) => {
      const port = await portOf(lent);
      const first = await connected(port);
      const second = connect(port, '127.0.0.1');
      second.on('error', () => {});
      second.resume();
      await once(second, 'close');
      assert.ok(!first.destroyed);
      first.destroy();
    });
  });

  it('leaves out an address in use, and is unavailable if nothing is left', async () => {
    await withSource(create(), async (lent) => {
      const listen = [`127.0.0.1:${await portOf(lent)}`];
      await assert.rejects(
        withSource(create({ listen }), async ({ signals }) => void (await signals(1))),
        { name: 'SourceUnavailable', message: /cannot listen on udp 127\.0\.0\.1:\d+ \(EADDRINUSE\).*tcp/ },
      );
      await withSource(create({ listen: [...listen, '127.0.0.1:0'] }), async (other) => {
        assert.equal((await other.source.opened).length, 2);
        assert.equal(other.faults.length, 2);
      });
    });
  });
});

describe('the configuration of hep', () => {
  it('has safe defaults', () => {
    const { listen, senders, own } = hepConfig.parse({ type: 'hep' });
    assert.deepEqual(listen, [{ host: '127.0.0.1', port: 9060 }]);
    assert.deepEqual(senders.map(String), ['127.0.0.0/8', '::1']);
    assert.deepEqual(own, []);
  });

  for (const wrong of [{ listen: [] }, { listen: ['9060'] }, { senders: ['x'] }, { 'auth-key': '' }, { port: 9060 }]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => assert.ok(!hepConfig.safeParse({ type: 'hep', ...wrong }).success));
  }
});
