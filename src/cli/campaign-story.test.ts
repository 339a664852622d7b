/** A campaign, told by every command: the daemon follows a real file, the commands ask it over its socket. */
import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { signal } from '../../test/support/signals.ts';
import { formatSignal } from '../formats/opensips-events/format-signal.ts';
import { until, withCli, withDaemon } from './cli.testkit.ts';

const HOUR_MS = 3_600_000;
const ID = /c-[2-9b-z]{6}/;

/** Five sources in five networks with one odd tool, and a scanner that has nothing to do with them. */
function attack(at: number): string {
  const knock = { kind: 'request.refused', reason: 'decoy', method: 'OPTIONS', proven: 'yes', status: 0 } as const;
  const bots = [1, 2, 3, 4, 5].map((i) =>
    signal({ ...knock, at: at + i, ip: `198.18.${i}.7`, user: `${100 + i}`, userAgent: 'kr4k3n/0.3 <b>' }),
  );
  const stranger = signal({ ...knock, at: at + 6, ip: '203.0.113.7', user: '100', userAgent: 'friendly-scanner' });
  return [...bots, stranger].map((one) => `${formatSignal(one)}\n`).join('');
}

describe('a campaign', () => {
  it('is named by the decision about it in a replay', () =>
    withCli(async (cli) => {
      cli.write('events.log', attack(cli.time.now - 1000));
      const { decisions } = await cli.json('replay', 'events.log');
      const about = decisions.filter(({ finding }: { finding: string }) => finding === 'campaign_detected');
      assert.equal(about.length, 1);
      assert.match(about[0].campaign, ID);
      const { stdout } = await cli.run(['replay', 'events.log']);
      assert.match(stdout, new RegExp(` watch +${about[0].campaign} +its sources are judged one by one\\n`));
    }));

  it('is one line in place of its events, on the page, too; and all of them for those who ask', () =>
    withCli(async (cli) => {
      const file = join(cli.directory, 'events.log');
      appendFileSync(file, attack(cli.time.now - 1000));
      const yaml = `sources: {edge: {type: file-tail, path: ${file}, format: opensips-events, from: beginning}}\nweb: {listen: "127.0.0.1:0"}\n`;
      await withDaemon(cli, yaml, async (banner) => {
        const { events } = await until(
          () => cli.json('events'),
          (answer) => answer.events.length === 14,
        );
        const members = events.filter(({ campaign }: { campaign: string | null }) => campaign !== null);
        // Each found and blocked, and the campaign itself.
        assert.equal(members.length, 11);
        const id: string = members[0].campaign;
        assert.match(id, ID);

        const folded = await cli.run(['events']);
        const lines = folded.stdout.split('\n').filter((line) => line.includes(id));
        assert.equal(lines.length, 1);
        assert.match(
          lines[0] ?? '',
          / error +campaign +5 sources +11 events since .*; told last: 3 sources in 3 networks try 3 accounts with one tool \(they share an unusual user agent\) since /,
        );
        assert.equal(folded.stdout.split('\n').length, 1 + 3 + 1 + 1, 'head, those of the stranger, the campaign');
        assert.equal(folded.stderr, 'The events of a campaign: sipward events --campaign ID\n');
        assert.equal((await cli.run(['events', '--all'])).stdout.split('\n').length, 1 + 14 + 1);
        assert.equal((await cli.run(['events', '--campaign', id])).stdout.split('\n').length, 1 + 11 + 1);
        assert.equal((await cli.run(['events', '--source', '198.18.0.0/16'])).stdout.split('\n').length, 1 + 10 + 1);
        assert.equal((await cli.run(['events', '--campaign', 'c-1'])).code, 2);

        const why = (await cli.run(['why', '198.18.1.7'])).stdout;
        assert.match(why, new RegExp(`\\nPart of the campaign ${id}, 5 sources; told last: 3 sources in 3 networks `));
        assert.doesNotMatch((await cli.run(['why', '203.0.113.7'])).stdout, /Part of the campaign/);

        const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(banner)?.[0] ?? '';
        const page = await (await fetch(url)).text();
        assert.match(
          page,
          new RegExp(`<td class="mono">${id}</td>\\s*<td><span class="badge bad">running</span></td>`),
        );
        const list = page.slice(page.indexOf('Last security events, without those of campaigns'));
        assert.match(list, /203\.0\.113\.7/);
        assert.doesNotMatch(list, /198\.18\./);
        assert.match(await (await fetch(`${url}metrics`)).text(), /^sipward_campaigns_open 1$/m);

        cli.time.now += 2 * HOUR_MS;
        const later = await until(
          () => cli.json('events', '--type', 'ip_unblocked'),
          (answer) => answer.events.length === 6,
        );
        const ended = later.events.filter(({ campaign }: { campaign: string | null }) => campaign === id);
        assert.equal(ended.length, 5, 'the ends of their blocks belong to it, too');
      });
      const replayed = (await cli.run(['replay', 'events.log'])).stdout;
      assert.match(replayed, /\nCampaigns\nCAMPAIGN .*\nc-\w{6} .* 5 +3 sources in 3 networks try 3 accounts /);
      const { findings } = await cli.json('replay', file);
      assert.deepEqual(
        findings.map((one: { type: string; campaign?: string }) => [one.type, one.campaign !== undefined]),
        [
          ...Array.from({ length: 3 }, () => ['decoy_touched', true]),
          ['campaign_detected', true],
          ...Array.from({ length: 2 }, () => ['decoy_touched', true]),
          ['scanner_detected', false],
          ['decoy_touched', false],
        ],
      );
    }));

  it('that forms as rows are read again after a restart is told once, with its earlier events', () =>
    withCli(async (cli) => {
      const file = join(cli.directory, 'events.log');
      appendFileSync(file, attack(cli.time.now - 1000));
      const yaml = `sources: {edge: {type: file-tail, path: ${file}, format: opensips-events, from: beginning}}\nweb: {enabled: false}\n`;
      const all = () => cli.json('events');
      await withDaemon(cli, `${yaml}detectors: {campaign: {mode: 'off'}}\n`, async () => {
        await until(all, ({ events }) => events.length === 13);
      });
      for (let start = 0; start < 3; start++) {
        rmSync(join(cli.directory, 'state/detection.snapshot'));
        await withDaemon(cli, yaml, async () => {
          const { events } = await all();
          const members = events.filter(({ campaign }: { campaign: string | null }) => campaign !== null);
          assert.deepEqual([events.length, members.length], [14, 11]);
          assert.equal(new Set(members.map(({ campaign }: { campaign: string }) => campaign)).size, 1);
        });
      }
    }));
});
