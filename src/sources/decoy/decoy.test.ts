import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { ask, freePort, withDecoy, withSocket, withStateDir } from '../../../test/support/decoy.ts';
import { parseSip } from '../../lib/sip/index.ts';
import { CannotListen } from '../listener.ts';
import { SourceUnavailable } from '../source.ts';

function options(callId: string, via = 'UDP 127.0.0.1'): string {
  return [
    'OPTIONS sip:100@127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/${via};branch=z9hG4bK-${callId};rport`,
    'From: <sip:100@1.1.1.1>;tag=61',
    'To: <sip:100@1.1.1.1>',
    `Call-ID: ${callId}`,
    'CSeq: 1 OPTIONS',
    'User-Agent: friendly-scanner',
    'X-Padding: ................................................................',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

function statusOf(bytes: Buffer | undefined): number | undefined {
  const message = bytes === undefined ? undefined : parseSip(bytes);
  return message?.kind === 'response' ? message.status : undefined;
}

async function withConnection(port: number, host: string, use: (socket: Socket) => Promise<void>): Promise<void> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    await use(socket);
  } finally {
    socket.destroy();
  }
}

async function received(socket: Socket): Promise<Buffer> {
  return (await once(socket, 'data', { signal: AbortSignal.timeout(5000) }))[0] as Buffer;
}

describe('UDP', () => {
  test('answers and tells', () =>
    withDecoy({}, async ({ host, port, signals }) => {
      await withSocket('127.0.0.66', async (socket) => {
        assert.equal(statusOf(await ask(socket, options('a'), port, host, 5000)), 200);
        const [signal] = await signals(1);
        assert.deepEqual(
          [signal?.kind, signal?.reason, signal?.address.text, signal?.port, signal?.transport, signal?.proven],
          ['request.refused', 'decoy', '127.0.0.66', socket.address().port, 'udp', 'no'],
        );
        assert.deepEqual([signal?.sensor, signal?.callId, signal?.userAgent], ['decoy', 'a', 'friendly-scanner']);
      });
    }));

  test('is silent to what is not SIP, and tells', () =>
    withDecoy({}, async ({ host, port, signals }) => {
      await withSocket('127.0.0.66', async (socket) => {
        for (const text of ['\r\n\r\n', '\0', 'GET / HTTP/1.0\r\n\r\n']) {
          assert.equal(await ask(socket, text, port, host), undefined);
        }
        const [signal, ...others] = await signals(1);
        assert.deepEqual([signal?.kind, signal?.detail, others.length], ['malformed', 'not-sip', 0]);
      });
    }));

  test('works over IPv6', () =>
    withDecoy({ config: { listen: ['[::1]:0'] } }, async ({ host, port, signals }) => {
      await withSocket('::1', async (socket) => {
        assert.equal(statusOf(await ask(socket, options('a', 'UDP [::1]'), port, host, 5000)), 200);
        assert.equal((await signals(1))[0]?.address.text, '::1');
      });
    }));
});

describe('TCP', () => {
  test('answers several messages of one connection, in order, and the address is proven', () =>
    withDecoy({}, async ({ host, port, signals }) => {
      await withConnection(port, host, async (socket) => {
        for (const callId of ['a', 'b']) {
          const bytes = options(callId, 'TCP 127.0.0.1');
          socket.write(bytes.slice(0, 50));
          socket.write(bytes.slice(50));
          const reply = parseSip(await received(socket));
          assert.ok(reply.kind === 'response');
          assert.deepEqual([reply.status, reply.callId, reply.contentLength], [200, callId, 0]);
        }
        const seen = await signals(2);
        assert.deepEqual(
          seen.map(({ callId, transport, proven }) => [callId, transport, proven]),
          [
            ['a', 'tcp', 'yes'],
            ['b', 'tcp', 'yes'],
          ],
        );
      });
    }));

  test('returns a ping', () =>
    withDecoy({}, async ({ host, port }) => {
      await withConnection(port, host, async (socket) => {
        socket.write('\r\n\r\n');
        assert.equal((await received(socket)).toString(), '\r\n');
      });
    }));

  test('closes on what is not SIP or cannot be cut into messages, and tells', () =>
    withDecoy({}, async ({ host, port, signals }) => {
      const texts = [
        'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
        options('a').replace('Content-Length: 0', 'Content-Length: x'),
      ];
      for (const text of texts) {
        await withConnection(port, host, async (socket) => {
          const closed = once(socket, 'close', { signal: AbortSignal.timeout(5000) });
          socket.resume().write(text);
          await closed;
        });
      }
      const seen = await signals(2);
      assert.deepEqual(
        seen.map(({ kind, detail, proven }) => [kind, detail, proven]),
        [
          ['malformed', 'not-sip', 'yes'],
          ['malformed', 'content-length', 'yes'],
        ],
      );
    }));

  test('tells of a greeting that never became a message', () =>
    withDecoy({}, async ({ host, port, signals }) => {
      await withConnection(port, host, async (socket) => {
        socket.end('\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03');
        assert.equal((await signals(1))[0]?.detail, 'not-sip');
      });
    }));

  test('one source may not hold all connections', () =>
    withDecoy({ config: { 'max-connections': 16 } }, async ({ host, port }) => {
      const sockets = Array.from({ length: 6 }, () =>
        connect(port, host)
          .on('error', () => {})
          .resume(),
      );
      try {
        const refused = sockets.map((socket) => once(socket, 'close').then(() => socket));
        const first = new Set<Socket>();
        while (first.size < 4)
          first.add(await Promise.race(refused.filter((_, i) => !first.has(sockets[i] as Socket))));
        for (const socket of sockets.filter((one) => !first.has(one))) {
          socket.write('\r\n\r\n');
          assert.equal((await received(socket)).toString(), '\r\n', 'is served');
        }
      } finally {
        for (const socket of sockets) socket.destroy();
      }
    }));
});

describe('listening', () => {
  test('on several addresses', () =>
    withDecoy({ config: { listen: ['127.0.0.1:0', '127.0.0.2:0'] } }, async ({ decoy }) => {
      const opened = await decoy.opened;
      assert.deepEqual(
        opened.map(({ transport, host }) => `${transport} ${host}`),
        ['udp 127.0.0.1', 'tcp 127.0.0.1', 'udp 127.0.0.2', 'tcp 127.0.0.2'],
      );
      assert.equal(opened[0]?.port, opened[1]?.port);
    }));

  test('on all addresses of both families at one port', async () => {
    const port = await freePort();
    await withDecoy({ config: { listen: [`0.0.0.0:${port}`, `[::]:${port}`] } }, async ({ decoy, faults, signals }) => {
      assert.deepEqual([(await decoy.opened).length, faults], [4, []]);
      for (const [index, host] of ['127.0.0.1', '::1'].entries()) {
        await withSocket(host, async (client) => {
          assert.equal(statusOf(await ask(client, options(`${index}`), port, host, 5000)), 200);
        });
      }
      assert.deepEqual(
        (await signals(2)).map(({ address }) => address.text),
        ['127.0.0.1', '::1'],
      );
    });
  });

  test('a port in use is told and left out', async () => {
    await withSocket('127.0.0.1', async (taken) => {
      const busy = taken.address().port;
      await withDecoy({ config: { listen: [`127.0.0.1:${busy}`, '127.0.0.1:0'] } }, async ({ decoy, faults }) => {
        const opened = await decoy.opened;
        assert.deepEqual(
          opened.map(({ transport }) => transport),
          ['tcp', 'udp', 'tcp'],
        );
        const [fault] = faults;
        assert.ok(fault instanceof CannotListen);
        assert.equal(fault.code, 'EADDRINUSE');
        assert.match(
          fault.message,
          new RegExp(`^cannot listen on udp 127\\.0\\.0\\.1:${busy} \\(EADDRINUSE\\): another program`),
        );
      });
    });
  });

  test('with nothing to listen on the source is unavailable', async () => {
    const config = { listen: ['192.0.2.1:5060'] };
    await assert.rejects(
      withDecoy({ config }, () => Promise.reject(new Error('was opened'))),
      (error: Error) => error instanceof SourceUnavailable && error.message.includes('EADDRNOTAVAIL'),
    );
  });

  test('the ports are free again when it has stopped', async () => {
    let port = 0;
    await withDecoy({}, async (lent) => {
      port = lent.port;
    });
    const socket = createSocket('udp4');
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    socket.close();
  });
});

test('what was heard and not yet committed is told again after a restart, and nothing else', () =>
  withStateDir(undefined, (stateDir) =>
    withSocket('127.0.0.66', async (socket) => {
      let position: unknown;
      await withDecoy({ stateDir }, async ({ host, port, signals, lastPosition }) => {
        await ask(socket, options('a'), port, host, 5000);
        await signals(1);
        position = lastPosition();
        await ask(socket, options('b'), port, host, 5000);
        await signals(2);
      });
      await withDecoy({ stateDir, from: position }, async ({ host, port, signals }) => {
        await ask(socket, options('c'), port, host, 5000);
        assert.deepEqual(
          (await signals(2)).map(({ callId }) => callId),
          ['b', 'c'],
        );
      });
      await withDecoy({ stateDir }, async ({ signals }) => {
        assert.deepEqual(
          (await signals(3)).map(({ callId }) => callId),
          ['a', 'b', 'c'],
        );
      });
    }),
  ));
