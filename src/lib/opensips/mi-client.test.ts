import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withMi } from './mi.testkit.ts';
import { MiClient, MiRefusal } from './mi-client.ts';
import { opensipsMiValue } from './mi-url.ts';

const unknown = '{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":1}';

describe('the MI client', () => {
  it('speaks to 3.6 and to 4.0, and remembers which', async () => {
    for (const known of ['cache_store', 'cache:store']) {
      const asked: string[] = [];
      const answer = (method: string) => {
        asked.push(method);
        return method === known ? '{"jsonrpc":"2.0","result":"OK","id":1}' : unknown;
      };
      await withMi(answer, async (mi) => {
        assert.equal(await mi.call('cache-store', { attr: 'a' }), 'OK');
        assert.equal(await mi.call('cache-store', { attr: 'a' }), 'OK');
        assert.deepEqual(asked.slice(-2), known === 'cache_store' ? [known, known] : [known, known]);
        assert.ok(asked.length <= 3);
      });
    }
  });

  it('tells a refusal from no answer', async () => {
    await withMi(
      () => '{"jsonrpc":"2.0","error":{"code":400,"message":"Value not found"},"id":1}',
      async (mi) => {
        await assert.rejects(mi.call('cache-fetch'), (error) => error instanceof MiRefusal && error.code === 400);
      },
    );
    await withMi(
      () => unknown,
      async (mi) => {
        await assert.rejects(mi.call('uptime'), /OpenSIPS refused core:uptime: Method not found/);
      },
    );
    const nobody = new MiClient('http://127.0.0.1:1/mi');
    await assert.rejects(nobody.call('uptime'), /no answer of OpenSIPS at http:\/\/127\.0\.0\.1:1\/mi/);
  });

  it('says so when what answers is no OpenSIPS', async () => {
    for (const [text, message] of [
      ['<html>hello</html>', /did not answer with JSON, but: "<html>hello/],
      ['7', /did not answer with a JSON object/],
    ] as const) {
      await withMi(
        () => text,
        async (mi) => {
          await assert.rejects(mi.call('uptime'), message);
        },
      );
    }
  });
});

describe('the URL of the MI', () => {
  it('is one of an address', () => {
    const schema = opensipsMiValue();
    assert.equal(schema.parse(undefined), 'http://127.0.0.1:8888/mi');
    assert.equal(schema.parse('http://[::1]:8888/mi'), 'http://[::1]:8888/mi');
    for (const text of ['https://127.0.0.1:8888/mi', 'http://localhost:8888/mi', 'http://127.0.0.1/mi', 'mi', '']) {
      assert.match(schema.safeParse(text).error?.issues[0]?.message ?? '', /expected the http URL of mi_http/);
    }
  });
});
