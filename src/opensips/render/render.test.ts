import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { z } from 'zod';
import { SCANNER_USER_AGENTS } from '../../pipeline/scanner-user-agents.ts';
import { opensipsConfig } from '../config.ts';
import { type RenderedFile, renderDropIn, renderSbc } from './render.ts';
import { writeRendered } from './write.ts';

const config = (settings: z.input<typeof opensipsConfig> = {}) =>
  opensipsConfig.parse({
    listen: ['udp:192.0.2.1:5060', 'tcp:192.0.2.1:5060'],
    domains: ['a.example', { name: 'b.example', enabled: false }],
    'back-ends': ['10.0.0.10:5060', '10.0.0.11'],
    trunks: ['198.51.100.0/24', '2001:db8::1'],
    ...settings,
  });
const file = (files: readonly RenderedFile[], path: string): string => {
  const found = files.find((each) => each.path === path);
  assert.ok(found, `${path} is not among ${files.map((each) => each.path).join(' ')}`);
  return found.content;
};
const count = (text: string, part: string) => text.split(part).length - 1;

describe('the complete SBC', () => {
  const files = renderSbc(config());

  it('has every included file, and includes every file', () => {
    const cfgs = files.filter(({ path }) => path.endsWith('.cfg')).map(({ path }) => path);
    const text = files.map(({ content }) => content).join('\n');
    const included = [...text.matchAll(/include_file "\/etc\/opensips\/sipward\/([^"]+)"/g)].map((match) => match[1]);
    assert.deepEqual(included.toSorted(), cfgs.filter((path) => path !== 'sbc/opensips.cfg').toSorted());
  });

  it('loads every module once', () => {
    const text = files.map(({ content }) => content).join('\n');
    const loaded = [...text.matchAll(/^loadmodule "([^"]+)"/gm)].map((match) => match[1]);
    assert.deepEqual(loaded, [...new Set(loaded)]);
    assert.ok(loaded.includes('mi_http.so') && loaded.includes('fraud_detection.so'));
  });

  it('leaves no name of a template behind', () => {
    for (const { path, content } of files) assert.doesNotMatch(content, /\{\{|\}\}$/m, path);
  });

  it('sends signals to another host only if told to', () => {
    assert.ok(files.every(({ content }) => !/event_stream|sipward_start_stream/.test(content)));
    const streaming = renderSbc(config({ stream: '[2001:db8::9]:8050' }));
    assert.match(file(streaming, 'security/stream.cfg'), /"E_SIPWARD_STREAM", "tcp:\[2001:db8::9\]:8050"/);
    assert.match(file(streaming, 'security/signals.cfg'), /^\troute\(sipward_start_stream\);$/m);
    assert.match(file(streaming, 'security/modules.cfg'), /"event_stream\.so"[\s\S]*"event_route\.so"/);
  });

  it('writes who is trusted, which domains there are and the back ends as tables', () => {
    assert.equal(
      file(files, 'tables/sipward_peers').split('\n').slice(1).join('\n'),
      '1:1:10.0.0.10:32:0:any::10.0.0.10\n2:1:10.0.0.11:32:0:any::10.0.0.11\n' +
        '3:2:198.51.100.0:24:0:any::198.51.100.0/24\n4:2:2001\\:db8\\:\\:1:128:0:any::2001\\:db8\\:\\:1\n' +
        '5:3:192.0.2.1:32:0:any::192.0.2.1\n',
    );
    assert.match(file(files, 'tables/sipward_domains'), /^1:a\.example:enabled:0:0\n2:b\.example:disabled:0:0$/m);
    assert.match(file(files, 'tables/dispatcher'), /^1:1:sip\\:10\.0\.0\.10\\:5060::0:0:1:0::back end 1$/m);
    assert.match(file(files, 'tables/version'), /^sipward_peers:5$/m);
  });

  it('spells out what OpenSIPS has no word for in fraud rules', () => {
    const rules = config({ fraud: { rules: [{ prefix: '' }, { prefix: '+44' }] } });
    const prefixes = file(renderSbc(rules), 'tables/fraud_detection')
      .split('\n')
      .slice(1, -1)
      .map((row) => row.split(':')[2]);
    assert.deepEqual(prefixes, [...'0123456789', '0044']);
  });

  it('has one list of scanners with the detector', () => {
    const gate = file(renderSbc(config({ scanners: ['My Scanner'] })), 'security/gate.cfg');
    for (const agent of SCANNER_USER_AGENTS) assert.ok(gate.includes(agent.replaceAll('.', '[.]')), agent);
    assert.ok(gate.includes('|my scanner"'));
  });

  it('has what its sockets need, and no more', () => {
    const tls = { 'tls-certificate': '/etc/ssl/sbc.pem', 'tls-private-key': '/etc/ssl/sbc.key' };
    const secure = renderSbc(config({ listen: ['udp:192.0.2.1:5060', 'wss:192.0.2.1:8443'], ...tls }));
    assert.match(file(secure, 'sbc/tls.cfg'), /proto_wss[\s\S]*\/etc\/ssl\/sbc\.pem/);
    assert.equal(
      files.some(({ path }) => path === 'sbc/tls.cfg'),
      false,
    );
    assert.doesNotMatch(file(files, 'sbc/modules.cfg'), /proto_ws/);
  });

  it('leaves out what is switched off', () => {
    const bare = renderSbc(config({ domains: [], fraud: { enabled: false } }));
    const text = bare.map(({ content }) => content).join('\n');
    assert.doesNotMatch(text, /is_domain_local|check_fraud|fraud_detection|drouting|dr_rules|sipward_refuse_domains/);
  });

  it('lets disabled accounts call for help by the numbers of this place', () => {
    const accounts = (settings: z.input<typeof opensipsConfig>) =>
      file(renderSbc(config(settings)), 'security/accounts.cfg');
    assert.match(accounts({ 'emergency-numbers': ['112', '0112', '+112'] }), /=~ "\^\(112\|0112\|\[\+\]112\)\(;/);
    assert.match(accounts({}), /\^\(112\|911\|999\|/);
    for (const wrong of [[], ['1'], ['112|.*'], ['12"']]) {
      assert.equal(opensipsConfig.safeParse({ 'emergency-numbers': wrong }).success, false, wrong.join());
    }
  });

  it('tells accounts apart by domain only where domains are checked', () => {
    const key = (domains: readonly string[]) =>
      /"\$\(var\(sipward_user\)\{s\.select,0,;\}\)@(.*)"/.exec(
        file(renderSbc(config({ domains: [...domains] })), 'security/accounts.cfg'),
      )?.[1];
    assert.deepEqual([key(['a.example']), key([])], ['$var(sipward_domain)', '']);
  });

  it('answers blocked sources only if told to', () => {
    const dropBlocked = (blocked: 'drop' | 'answer') =>
      count(file(renderSbc(config({ blocked })), 'security/gate.cfg'), 'sl_send_reply(403');
    assert.equal(dropBlocked('answer') - dropBlocked('drop'), 1);
  });
});

describe('the drop-in', () => {
  it('shares the security routes with the SBC, byte for byte', () => {
    const [sbc, dropIn] = [renderSbc(config()), renderDropIn(config(), new Set())];
    const shared = dropIn.filter(({ path }) => path.startsWith('security/') && path !== 'security/modules.cfg');
    assert.ok(shared.length > 6);
    for (const { path, content } of shared) assert.equal(file(sbc, path), content);
  });

  it('leaves out modules that are loaded already, and their settings of which there is one', () => {
    const modules = file(
      renderDropIn(config(), new Set(['tm', 'mi_http', 'httpd', 'drouting'])),
      'security/modules.cfg',
    );
    assert.doesNotMatch(modules, /loadmodule "(tm|mi_http|httpd|drouting)\.so"/);
    assert.doesNotMatch(modules, /modparam\("(httpd|drouting)"/);
    assert.match(modules, /loadmodule "pike\.so"/);
  });
});

describe('writeRendered', () => {
  it('writes what differs, and never over what the running sipward fills', () => {
    const dir = mkdtempSync(join(tmpdir(), 'sipward-render-'));
    try {
      const files = renderSbc(config({ dir }));
      assert.equal(writeRendered(dir, files).written.length, files.length);
      assert.deepEqual(writeRendered(dir, files).written, []);
      writeFileSync(join(dir, 'tables/sipward_allowed'), 'filled\n');
      writeFileSync(join(dir, 'security/gate.cfg'), 'changed\n');
      assert.deepEqual(writeRendered(dir, files).written, ['security/gate.cfg']);
      assert.equal(readFileSync(join(dir, 'tables/sipward_allowed'), 'utf8'), 'filled\n');
      assert.equal(existsSync(join(dir, 'security/gate.cfg.new')), false);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
