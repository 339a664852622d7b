import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { corporaFile } from '../../test/support/corpora.ts';
import { asteriskLog } from './asterisk-log/parser.ts';
import type { Format, Parsed } from './format.ts';
import { freeswitchLog } from './freeswitch-log/parser.ts';

const OPTIONS = { sensor: 'test', now: () => Date.UTC(2026, 6, 15) };

interface Verdict {
  readonly match: boolean;
  readonly host?: string;
}

function hostOf(parsed: Parsed): string | undefined {
  return typeof parsed === 'string' ? undefined : parsed.address.text;
}

/** Lines annotated by fail2ban: `# failJSON: {"match": true, "host": …}` before each line that says whose it is. */
function checkAnnotated(format: Format, file: string): number {
  const parser = format.parser(OPTIONS);
  let verdict: Verdict = { match: false };
  let checked = 0;
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    if (line.startsWith('# failJSON: ')) verdict = JSON.parse(line.slice(12));
    if (line === '' || line.startsWith('#')) continue;
    assert.equal(hostOf(parser.parse(line)), verdict.match ? verdict.host : undefined, line);
    checked++;
  }
  return checked;
}

/** Failing signals by source address. */
function failures(format: Format, file: string): Readonly<Record<string, number>> {
  const parser = format.parser(OPTIONS);
  const counts: Record<string, number> = {};
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const parsed = parser.parse(line);
    if (typeof parsed === 'string') assert.ok(parsed === 'ignored' || line === '', `${parsed}: ${line}`);
    else if (parsed.kind !== 'call.started') counts[parsed.address.text] = (counts[parsed.address.text] ?? 0) + 1;
  }
  return counts;
}

describe('recorded logs of other servers', () => {
  for (const [format, path, lines] of [
    [asteriskLog, 'logs/asterisk/fail2ban-asterisk.log', 48],
    [freeswitchLog, 'logs/freeswitch/fail2ban-freeswitch.log', 11],
  ] as const) {
    const file = corporaFile(path);
    it(`${path}: each line names its host`, { skip: file === undefined && 'no corpora on this machine' }, () => {
      assert.equal(checkAnnotated(format, file ?? ''), lines);
    });
  }

  for (const [format, path, counts] of [
    [asteriskLog, 'logs/asterisk/crowdsec-asterisk-bf/asterisk-bf.log', { '172.17.0.1': 6 }],
    [asteriskLog, 'logs/asterisk/crowdsec-asterisk-user-enum/asterisk-user-enum.log', { '172.17.0.1': 6 }],
    // Six lines: one is a challenge, two complain about one request.
    [asteriskLog, 'logs/asterisk/crowdsec-asterisk-syslogs/asterisk-logs.log', { '192.168.100.12': 4 }],
    [freeswitchLog, 'logs/freeswitch/crowdsec-freeswitch-bf/freeswitch.log', { '1.2.3.4': 6 }],
    [freeswitchLog, 'logs/freeswitch/crowdsec-freeswitch-user-enumeration/freeswitch.log', { '1.2.3.4': 6 }],
    [freeswitchLog, 'logs/freeswitch/crowdsec-freeswitch-acl-reject/freeswitch.log', { '1.2.3.4': 16 }],
  ] as const) {
    const file = corporaFile(path);
    it(`${path}: only the offender fails`, { skip: file === undefined && 'no corpora on this machine' }, () => {
      assert.deepEqual(failures(format, file ?? ''), counts);
    });
  }
});
