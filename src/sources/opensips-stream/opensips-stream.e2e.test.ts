/** A real OpenSIPS, with the configuration that sipward renders, sends its signals to another host. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withStateDir } from '../../../test/support/decoy.ts';
import { findOpensips, freePort, NO_OPENSIPS, withOpensips } from '../../../test/support/opensips.ts';
import { Phone } from '../../../test/support/phone.ts';
import { withSource } from '../../../test/support/source.ts';
import { opensipsStreamConfig } from './config.ts';
import { OpensipsStream } from './opensips-stream.ts';

const programs = findOpensips();

describe('signals of OpenSIPS on another host', () => {
  if (programs.length === 0) it('need one', { skip: NO_OPENSIPS }, () => {});

  for (const program of programs) {
    it(`${program.version}: arrive, and those that came while nobody listened are counted`, async () => {
      const stream = `127.0.0.1:${await freePort()}`;
      const config = opensipsStreamConfig.parse({ type: 'opensips-stream', listen: [stream] });
      const create = (context: ConstructorParameters<typeof OpensipsStream>[1]) => new OpensipsStream(config, context);
      const settings = () => ({ stream, domains: ['other.example'] });
      await withStateDir(undefined, (stateDir) =>
        withOpensips(program, settings, async ({ net, events }) => {
          const server = { host: `${net}.1`, port: 5060 };
          const knock = async (host: string) => {
            await using phone = await Phone.open(host, server);
            assert.equal(await phone.options('1001'), 403);
          };
          const position = await withSource({ create, stateDir }, async ({ source, signals, faults }) => {
            await source.opened;
            await knock(`${net}.20`);
            const [signal] = await signals(1);
            assert.deepEqual(
              [signal?.kind, signal?.reason, signal?.address.text, signal?.user, signal?.userAgent],
              ['request.refused', 'domain_not_found', `${net}.20`, '1001', 'Test Phone'],
            );
            assert.deepEqual(faults, []);
          });
          for (const host of [21, 22, 23]) await knock(`${net}.${host}`);
          await sleep(200);
          await withSource({ create, stateDir, from: position }, async ({ source, signals }) => {
            await source.opened;
            // OpenSIPS connects anew only with the next event, and may lose that one as well.
            for (const host of [24, 25, 26, 27]) {
              await knock(`${net}.${host}`);
              await sleep(300);
            }
            const arrived = (await signals(1)).length;
            const raised = events().match(/request\.refused/g)?.length ?? 0;
            assert.equal(raised, 8);
            assert.equal(1 + arrived + source.lost(), raised, `${arrived} arrived, ${source.lost()} lost`);
            assert.ok(source.lost() >= 3);
          });
        }),
      );
    });
  }
});
