import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestOptions, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { configSchema } from '../config/schema.ts';
import { daemonListens, remoteOperations } from './control-client.ts';
import { serveControl } from './control-server.ts';
import { controlSocketPath } from './control-socket.ts';
import { makeStateDir, withOperations } from './open-operations.ts';

const config = configSchema.parse({});
const unexpected = (error: unknown) => assert.fail(String(error));
const clock = () => Date.UTC(2026, 0, 1);

async function withStateDir(use: (stateDir: string) => Promise<void>): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'sipward-open-'));
  try {
    await use(stateDir);
  } finally {
    rmSync(stateDir, { recursive: true });
  }
}

async function withServer(stateDir: string, answer: (path: string) => [number, string], use: () => Promise<void>) {
  const server: Server = createServer((request, response) => {
    const [status, text] = answer(request.url ?? '');
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(controlSocketPath(stateDir), resolve));
  try {
    await use();
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe('withOperations', () => {
  it('goes to the daemon if one listens, else to the store', () =>
    withStateDir(async (stateDir) => {
      await withOperations({ config, stateDir, clock }, async (direct) => {
        assert.equal((await direct.status({})).daemon, false);
        await using _server = await serveControl(direct, stateDir, unexpected);
        await direct.block({ address: '203.0.113.7' });
        await withOperations({ config, stateDir, clock }, async (remote) => {
          assert.notEqual(remote, direct);
          assert.deepEqual(
            (await remote.blocks({})).blocks.map(({ target }) => target),
            ['203.0.113.7'],
          );
        });
      });
      await withOperations({ config, stateDir, clock }, async (direct) => {
        assert.equal((await direct.blocks({})).blocks.length, 1);
      });
    }));

  it('goes to the store when only the socket file of a dead daemon is left', () =>
    withStateDir(async (stateDir) => {
      writeFileSync(controlSocketPath(stateDir), '');
      assert.equal(await daemonListens(stateDir), false);
      await withOperations({ config, stateDir, clock }, async (operations) => {
        assert.equal((await operations.status({})).daemon, false);
      });
    }));

  it('leaves what root makes to the owner of the directory', { skip: process.getuid?.() !== 0 && 'needs root' }, () =>
    withStateDir(async (stateDir) => {
      chownSync(stateDir, 65_534, 65_534);
      await withOperations({ config, stateDir, clock }, (operations) => operations.block({ address: '203.0.113.7' }));
      for (const name of readdirSync(stateDir)) {
        assert.deepEqual([name, statSync(join(stateDir, name)).uid], [name, 65_534]);
      }
    }),
  );

  it('works in a directory too deep for a socket, where no daemon can run', () =>
    withStateDir(async (parent) => {
      const stateDir = join(parent, 'deep'.repeat(30));
      await withOperations({ config, stateDir, clock }, async (operations) => {
        assert.equal((await operations.status({})).daemon, false);
        await assert.rejects(
          serveControl(operations, stateDir, unexpected),
          /control\.sock: longer than the 107 bytes/,
        );
      });
    }));

  it('makes the state directory for owner and group only', () =>
    withStateDir(async (parent) => {
      const stateDir = join(parent, 'a/b');
      await withOperations({ config, stateDir, clock }, (operations) => operations.dbStatus({}));
      assert.equal(statSync(stateDir).mode & 0o007, 0);
      assert.throws(() => makeStateDir('/dev/null/x'), /^Error: the state directory \/dev\/null\/x cannot be made: /);
    }));
});

function statusOf(options: RequestOptions, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode);
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

describe('serveControl', () => {
  it('lets owner and group in, nobody else, and takes the place of a socket that is left', () =>
    withStateDir(async (stateDir) => {
      writeFileSync(controlSocketPath(stateDir), 'left over');
      await withOperations({ config, stateDir, clock }, async (operations) => {
        {
          await using _server = await serveControl(operations, stateDir, unexpected);
          const { mode } = statSync(controlSocketPath(stateDir));
          assert.equal(mode & 0o777, 0o660);
        }
        assert.equal(await daemonListens(stateDir), false);
        assert.equal(existsSync(controlSocketPath(stateDir)), false);
      });
    }));

  it('refuses what is no JSON and what is too large', () =>
    withStateDir((stateDir) =>
      withOperations({ config, stateDir, clock }, async (operations) => {
        await using _server = await serveControl(operations, stateDir, unexpected);
        const huge = Array.from({ length: 900 }, (_, i) => ({
          address: `10.0.0.${i % 256}`,
          description: 'x'.repeat(2000),
        }));
        await assert.rejects(remoteOperations(stateDir).allowAdd({ entries: huge }), /a request of at most 1 MiB/);
        const blocks = { socketPath: controlSocketPath(stateDir), path: '/blocks', method: 'POST' };
        assert.equal(await statusOf(blocks, 'no JSON'), 400);
        assert.equal(await statusOf({ ...blocks, method: 'GET' }, ''), 404);
        assert.deepEqual((await operations.allowList({})).entries, []);
      }),
    ));
});

describe('remoteOperations', () => {
  const rejects = (work: Promise<unknown>, message: RegExp) =>
    assert.rejects(work, (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, message);
      return true;
    });

  it('says that the daemon is gone', () =>
    withStateDir((stateDir) =>
      rejects(remoteOperations(stateDir).blocks({}), /control\.sock cannot be reached: .*ENOENT/),
    ));

  for (const [name, status, text, message] of [
    ['another form', 200, '{"blocks": 7}', /in a form this version does not know/],
    ['no JSON', 200, '<html>', /in a form this version does not know/],
    ['an unknown operation', 404, 'Not Found', /answered with HTTP status 404/],
    [
      'a failure',
      500,
      '{"code":"failed","problems":[{"field":"","message":"disk full"}]}',
      /^the daemon failed: disk full$/,
    ],
  ] as const) {
    it(`does not take ${name} for an answer`, () =>
      withStateDir((stateDir) =>
        withServer(
          stateDir,
          () => [status, text],
          () => rejects(remoteOperations(stateDir).blocks({}), message),
        ),
      ));
  }

  it(
    'reports a socket that may not be opened instead of going round it',
    { skip: process.getuid?.() === 0 && 'root may open every socket' },
    () =>
      withStateDir((stateDir) =>
        withServer(
          stateDir,
          () => [200, ''],
          async () => {
            chmodSync(controlSocketPath(stateDir), 0);
            await rejects(daemonListens(stateDir), /run as root, or as a member of the group/);
          },
        ),
      ),
  );
});
