import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { withStateDir } from '../../../test/support/decoy.ts';
import { type LentSource, withSource } from '../../../test/support/source.ts';
import { opensipsStreamConfig } from './config.ts';
import { OpensipsStream } from './opensips-stream.ts';

const create = (config: Record<string, unknown> = {}) => ({
  create: (context: ConstructorParameters<typeof OpensipsStream>[1]) =>
    new OpensipsStream(
      opensipsStreamConfig.parse({ type: 'opensips-stream', listen: ['127.0.0.1:0'], ...config }),
      context,
    ),
});

function event(sequence: number, id?: number): string {
  const text = `${sequence} 1 register.failed ${Math.floor(Date.now() / 1000)} 0 192.0.2.7 ${5000 + sequence} udp 1`;
  return JSON.stringify({
    ...(id === undefined ? {} : { id }),
    jsonrpc: '2.0',
    method: 'E_SIPWARD_STREAM',
    params: [text],
  });
}

async function connected({ source }: LentSource<OpensipsStream>): Promise<Socket> {
  const socket = connect((await source.opened)[0]?.port ?? 0, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

const ports = (signals: readonly { readonly port: number }[]) => signals.map(({ port }) => port - 5000);

describe('opensips-stream', () => {
  it('takes events, and answers those that are waited for when they are written', async () => {
    await withSource(create(), async (lent) => {
      const socket = await connected(lent);
      socket.write(event(1) + event(2, 77));
      const [answer] = await once(socket, 'data');
      assert.deepEqual(JSON.parse(String(answer)), { jsonrpc: '2.0', id: 77, result: 'ok' });
      assert.deepEqual(ports(await lent.signals(2)), [1, 2]);
      assert.deepEqual(lent.faults, []);
      assert.ok(lent.batches.every(({ unrecognised }) => unrecognised === 0));
      socket.destroy();
    });
  });

  it('tells how many signals were lost while nobody listened', async () => {
    await withStateDir(undefined, async (stateDir) => {
      const position = await withSource({ ...create(), stateDir }, async (lent) => {
        (await connected(lent)).end(event(1) + event(2));
        await lent.signals(2);
      });
      await withSource({ ...create(), stateDir, from: position }, async (lent) => {
        (await connected(lent)).end(event(6) + event(7));
        assert.deepEqual(ports(await lent.signals(2)), [6, 7]);
        assert.equal(lent.source.lost(), 3);
        assert.deepEqual(
          lent.faults.map(({ message }) => message),
          ['sensor: 3 signals of 127.0.0.1 never came'],
        );
      });
    });
  });

  it('believes only those it may', async () => {
    await withSource(create({ senders: ['192.0.2.1'] }), async (lent) => {
      const socket = await connected(lent);
      socket.resume();
      await once(socket, 'close');
      assert.match(lent.faults[0]?.message ?? '', /a connection of 127\.0\.0\.1 was refused/);
    });
  });

  it('hangs up on what is no JSON, and tells of messages it does not understand', async () => {
    await withSource(create(), async (lent) => {
      const socket = await connected(lent);
      socket.resume();
      socket.write('GET / HTTP/1.1\r\n');
      await once(socket, 'close');
      (await connected(lent)).end(`{"x":1}${event(1)}`);
      await lent.signals(1);
      assert.deepEqual(
        lent.faults.map(({ message }) => message),
        ['sensor: 1 message was not understood, last from 127.0.0.1'],
      );
    });
  });

  it('is unavailable if it can listen nowhere', async () => {
    await withSource(create(), async (lent) => {
      const listen = [`127.0.0.1:${(await lent.source.opened)[0]?.port}`];
      await assert.rejects(
        withSource(create({ listen }), async ({ signals }) => void (await signals(1))),
        { name: 'SourceUnavailable', message: /cannot listen on tcp .*EADDRINUSE/ },
      );
    });
  });
});
