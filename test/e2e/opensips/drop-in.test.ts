/** sipward added to a configuration that somebody already has, by the steps that the CLI prints. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { OpensipsMemory } from '../../../src/enforcers/opensips/opensips.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { checkOpensips } from '../../../src/opensips/check.ts';
import { type OpensipsConfig, opensipsConfig } from '../../../src/opensips/config.ts';
import { dropInSteps, type Step } from '../../../src/opensips/instructions.ts';
import { loadedModules } from '../../../src/opensips/render/loaded-modules.ts';
import { renderDropIn } from '../../../src/opensips/render/render.ts';
import { writeRendered } from '../../../src/opensips/render/write.ts';
import { findAsterisk, NO_ASTERISK, withAsterisk } from '../../support/asterisk.ts';
import { eventually } from '../../support/daemon.ts';
import { findOpensips, freePort, loopbackNet, NO_OPENSIPS, type OpensipsProgram } from '../../support/opensips.ts';
import { Phone } from './phone.ts';
import { ACCOUNTS, announce, parseSignals } from './sbc-lab.ts';
import { statusOf } from './sip-message.ts';

const programs = findOpensips();
const asterisk = findAsterisk();
const missing = programs.length === 0 ? NO_OPENSIPS : asterisk === undefined ? NO_ASTERISK : undefined;
announce('drop-in', missing);

const OWN = readFileSync(resolve(import.meta.dirname, 'own-configuration.cfg'), 'utf8');
const PJSIP = `[acl]\ntype=acl\n[udp]\ntype=transport\nprotocol=udp\nbind=@bind@
[phone](!)\ntype=endpoint\ntransport=udp\ncontext=phones\nallow=ulaw\n[account](!)\ntype=aor\nmax_contacts=5\n`;

/** Does what the steps say, from the last line to the first, so that line numbers stay right. */
function applySteps(text: string, steps: readonly Step[]): string {
  const lines = text.split('\n');
  const places = [...new Set(steps.flatMap((step) => step.afterLines))].toSorted((a, b) => b - a);
  for (const place of places) {
    lines.splice(place, 0, ...steps.filter((step) => step.afterLines.includes(place)).flatMap((step) => step.lines));
  }
  return lines.join('\n');
}

async function withDropIn(
  program: OpensipsProgram,
  use: (net: string, events: () => string, config: OpensipsConfig) => Promise<void>,
) {
  const dir = mkdtempSync(join(tmpdir(), 'sipward-drop-in-'));
  const net = loopbackNet();
  try {
    const config = opensipsConfig.parse({
      dir: `${dir}/sipward`,
      events: `${dir}/events.log`,
      mi: `http://127.0.0.1:${await freePort()}/mi`,
      binary: program.binary,
      'modules-dir': program.modulesDir,
      'back-ends': [`${net}.2:5060`],
    });
    const own = OWN.replaceAll('@net@', net).replaceAll('@modules@', program.modulesDir);
    writeRendered(config.dir, renderDropIn(config, loadedModules(own)));
    const cfg = join(dir, 'opensips.cfg');
    writeFileSync(cfg, applySteps(own, dropInSteps(config, own)));
    const [, modules, configuration] = await checkOpensips(config, cfg);
    assert.deepEqual([modules?.ok, configuration?.ok], [true, true], configuration?.detail ?? '');
    const child = spawn(program.binary, ['-F', '-f', cfg], { stdio: 'ignore' });
    try {
      await use(net, () => readFileSync(config.events, 'latin1'), config);
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
}

for (const program of missing === undefined ? programs : []) {
  describe(`drop-in, OpenSIPS ${program.version}`, () => {
    it('refuses and reports in the operator’s own configuration', () =>
      withDropIn(program, (net, events) =>
        withAsterisk(asterisk!, { pjsip: PJSIP.replace('@bind@', `${net}.2:5060`), accounts: ACCOUNTS }, async () => {
          const proxy = { address: `${net}.1`, port: 5060 };
          const open = (last: number, password: string, userAgent = 'Acme Phone 1.0') =>
            Phone.open({ from: `${net}.${last}`, proxy, user: '1001', password, userAgent });
          await using good = await open(20, 'correct-horse');
          await using wrong = await open(21, 'wrong');
          await using scanner = await open(22, 'x', 'friendly-scanner');
          await eventually(async () => assert.equal(statusOf((await good.register())!), 200));
          assert.equal(statusOf((await wrong.register())!), 401);
          assert.equal(await scanner.request('REGISTER', {}, 500), undefined);
          await eventually(() => {
            const seen = parseSignals(events()).map(({ kind, reason, address }) => `${kind} ${reason} ${address.text}`);
            assert.ok(seen.includes(`register.ok OK ${net}.20`), seen.join('\n'));
            assert.ok(seen.includes(`register.failed Unauthorized ${net}.21`), seen.join('\n'));
            assert.ok(seen.includes(`request.refused scanner_detected ${net}.22`), seen.join('\n'));
          });
        }),
      ));

    it('keeps a disabled account from calling, and nobody else', () =>
      withDropIn(program, (net, _events, { mi, dir }) =>
        withAsterisk(asterisk!, { pjsip: PJSIP.replace('@bind@', `${net}.2:5060`), accounts: ACCOUNTS }, async () => {
          const proxy = { address: `${net}.1`, port: 5060 };
          await using stolen = await Phone.open({ from: `${net}.20`, proxy, ...ACCOUNTS[0]! });
          await using honest = await Phone.open({ from: `${net}.20`, proxy, ...ACCOUNTS[1]! });
          for (const phone of [stolen, honest]) {
            await eventually(async () => assert.equal(statusOf((await phone.register())!), 200));
          }
          const statusOfCall = async (phone: Phone, number: string) => {
            const { response, hangUp } = await phone.call(number);
            if (statusOf(response!) === 200) await hangUp();
            return statusOf(response!);
          };
          const enforcer = new OpensipsMemory({ enabled: true, mi, dir }, { clock: systemClock, onFault: assert.fail });
          await enforcer.start([], []);
          assert.equal(await statusOfCall(stolen, '600'), 200);
          await enforcer.accounts.disable([{ aor: '1001@example.com', expiresAt: undefined }]);
          assert.deepEqual(
            [await statusOfCall(stolen, '600'), await statusOfCall(stolen, '112'), await statusOfCall(honest, '600')],
            [403, 200, 200],
          );
          await enforcer.accounts.enable(['1001@example.com']);
          assert.equal(await statusOfCall(stolen, '600'), 200);
          await enforcer.close();
        }),
      ));
  });
}
