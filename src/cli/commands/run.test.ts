import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { mmdbFile } from '../../../test/support/mmdb.ts';
import { PACKAGE_ROOT } from '../../config/state-dir.ts';
import { until, withCli, withDaemon } from '../cli.testkit.ts';

const QUIET = 'sources: {}\nweb: {listen: "127.0.0.1:0"}\n';

describe('run', () => {
  it('serves the web page and the command line, and ends in order', () =>
    withCli(async (cli) => {
      const { code, stdout, stderr } = await withDaemon(cli, QUIET, async (banner) => {
        const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(banner)?.[0] ?? '';
        assert.equal((await fetch(`${url}readyz`)).status, 200);
        assert.match(await (await fetch(url)).text(), /Nobody is blocked\./);

        const block = await cli.run(['block', '203.0.113.7']);
        assert.match(block.stderr, /^Enforcement is dry-run: .*\n$/);
        assert.equal((await cli.json('status')).daemon, true);
        assert.match((await cli.run(['status'])).stdout, /ENFORCER .*\ndry-run +1 /);
        assert.match((await cli.run(['why', '203.0.113.7'])).stdout, /\ndry-run +would keep it out\n/);
        assert.equal((await cli.run(['block', '203.0.113.7', '--for', 'x'])).code, 2);
        assert.equal((await cli.run(['allow', 'add', '203.0.113.0/24'])).code, 0);
        assert.equal((await cli.run(['block', '203.0.113.7'])).code, 1);
        assert.match((await cli.run(['doctor'])).stdout, /\nok +enforcer dry-run: /);
      });
      assert.equal(code, 0);
      assert.match(stdout, /^sipward \S+ runs: dry-run, nobody is kept out\n/);
      const advice = /look at it +(\S+) status,/.exec(stdout)?.[1] ?? assert.fail(stdout);
      assert.equal(resolve(cli.directory, advice), join(PACKAGE_ROOT, 'bin/sipward'));
      const last = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
      assert.equal(last.message, 'ending');
      assert.match((await cli.run(['status'])).stdout, /not running/);
      assert.match((await cli.run(['events'])).stdout, /ip_unblocked/);
    }));

  it('lifts stored blocks of whom the configuration allows by now, and says so', () =>
    withCli(async (cli) => {
      for (const target of ['203.0.113.7', '203.0.113.128/25', '203.0.112.0/23', '198.51.100.7']) {
        assert.equal((await cli.run(['block', target])).code, 0);
      }
      await withDaemon(cli, `${QUIET}policy: {allowlist: [203.0.113.0/24]}\n`, async () => {
        const { blocks } = await cli.json('blocks');
        assert.deepEqual(
          blocks.map(({ target }: { target: string }) => target),
          ['203.0.112.0/23', '198.51.100.7'],
        );
        const { events } = await cli.json('events', '--type', 'ip_unblocked');
        assert.deepEqual(
          events.map((event: { ip: string; description: string }) => [event.ip, event.description]).toSorted(),
          [
            ['203.0.113.128/25', 'the allowlist holds it'],
            ['203.0.113.7', 'the allowlist holds it'],
          ],
        );
        assert.equal((await cli.json('status')).health.activeBlocks, 2);
      });
    }));

  it('deletes what is too old soon after each start', () =>
    withCli(async (cli) => {
      await cli.run(['block', '203.0.113.7']);
      cli.time.now += 400 * 86_400_000;
      const count = async () => (await cli.json('events', '--type', 'ip_blocked')).events.length;
      await withDaemon(cli, QUIET, async () => {
        for (let i = 0; i < 100 && (await count()) > 0; i++) await setTimeout(20);
        assert.equal(await count(), 0);
      });
    }));

  it('resolves what it told of itself when that is over, also if it was restarted in between', () =>
    withCli(async (cli) => {
      const path = join(cli.directory, 'asn.mmdb');
      const config = `${QUIET}intel: {geo: {asn: ${path}}}\n`;
      const told = async () => (await cli.run(['events', '--type', 'sensor_silent'])).stdout;
      for (let start = 0; start < 2; start++) {
        await withDaemon(cli, config, async () => {
          assert.match(await told(), /^.*\n 1 .* geographic data asn .* cannot be read since .* grows old\n$/);
        });
      }
      writeFileSync(path, mmdbFile({ '11.22.0.0/16': { autonomous_system_number: 64500 } }));
      await withDaemon(cli, config, async () => {
        await until(told, (text) => text.endsWith('grows old [resolved by sipward]\n'));
      });
    }));

  it('runs once on a state directory', () =>
    withCli((cli) =>
      withDaemon(cli, QUIET, async () => {
        const second = await cli.run(['--config', 'daemon.yaml', 'run']);
        assert.equal(second.code, 1);
        assert.match(second.stderr, /another sipward is running on it/);
        assert.equal((await cli.json('status')).daemon, true);
      }).then(() => undefined),
    ));

  it('goes on without a web page whose port is taken', () =>
    withCli(async (cli) => {
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      const { port } = taken.address() as AddressInfo;
      try {
        const { stderr } = await withDaemon(
          cli,
          `sources: {}\nweb: {listen: "127.0.0.1:${port}"}\n`,
          async (banner) => {
            assert.match(banner, /web page +not served/);
            assert.equal((await cli.json('status')).daemon, true);
            const left = new RegExp(
              `the web page is left out: web: 127\\.0\\.0\\.1:${port} cannot .*; free the port or set web\\.listen`,
            );
            assert.match((await cli.run(['status'])).stdout, left);
            assert.match((await cli.run(['doctor'])).stdout, left);
          },
        );
        assert.match(stderr, new RegExp(`127\\.0\\.0\\.1:${port} cannot be listened on.*the web page is left out`));
      } finally {
        taken.close();
      }
    }));

  it('ends with 78 for a bad configuration before it touches anything', () =>
    withCli(async (cli) => {
      cli.write('bad.yaml', 'sources: {edge: {type: telepathy}}\n');
      const run = await cli.run(['--config', 'bad.yaml', 'run']);
      assert.equal(run.code, 78);
      assert.match(run.stderr, /bad\.yaml:1:24: sources\.edge\.type: expected one of .*decoy.*, got "telepathy"/);
      assert.equal((await cli.run(['status'])).code, 0);
    }));
});

describe('bin/sipward run', () => {
  it('ends with 0 on SIGTERM', () =>
    withCli(async (cli) => {
      const file = cli.write('sipward.yaml', QUIET);
      const argv = ['--config', file, '--state-dir', join(cli.directory, 'state'), 'run', '--json'];
      const child = spawn(join(PACKAGE_ROOT, 'bin/sipward'), argv, { stdio: ['ignore', 'pipe', 'inherit'] });
      const [banner] = await once(child.stdout, 'data');
      assert.equal(JSON.parse(String(banner)).enforcement, 'dry-run');
      child.kill('SIGTERM');
      const [code, signal] = await once(child, 'exit');
      assert.deepEqual([code, signal], [0, null]);
    }));
});
