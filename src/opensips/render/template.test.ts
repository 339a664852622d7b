import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadedModules } from './loaded-modules.ts';
import { expandTemplate } from './template.ts';

describe('expandTemplate', () => {
  it('puts values in place of their names', () => {
    assert.equal(expandTemplate('t', 'a {{x}} b {{x-y}}{{x}}', { x: '1', 'x-y': '2' }), 'a 1 b 21');
  });

  it('does not look into values', () => {
    assert.equal(expandTemplate('t', '{{x}}', { x: '{{y}}$&' }), '{{y}}$&');
  });

  it("leaves OpenSIPS' own braces alone", () => {
    const line = 'pv_printf($var(a), "$(ua{s.substr,0,1024}{s.b64encode})");';
    assert.equal(expandTemplate('t', line, {}), line);
  });

  it('leaves out lines whose condition is empty, also inside of others', () => {
    const template = ['1', '# {{if a}}', '2', '\t# {{if b}}', '3', '# {{end}}', '4', '# {{end}}', '5'].join('\n');
    const expand = (a: string, b: string) => expandTemplate('t', template, { a, b }).replaceAll('\n', '');
    assert.deepEqual(
      [expand('', ''), expand('', 'x'), expand('x', ''), expand('x', 'x')],
      ['15', '15', '1245', '12345'],
    );
  });

  it('fails on a name without value, and on conditions that do not end', () => {
    assert.throws(() => expandTemplate('gate.cfg', '{{nobody}}', {}), /gate\.cfg: no value for \{\{nobody\}\}/);
    assert.throws(() => expandTemplate('gate.cfg', '# {{if nobody}}\n# {{end}}', {}), /no value/);
    assert.throws(() => expandTemplate('gate.cfg', '# {{if a}}', { a: '' }), /a condition has no end/);
    assert.throws(() => expandTemplate('gate.cfg', '# {{end}}', {}), /an end without a condition/);
  });
});

describe('loadedModules', () => {
  it('knows the ways to write a module', () => {
    const cfg = [
      'loadmodule "tm.so"',
      '  loadmodule\t"/usr/lib/opensips/modules/sl.so"',
      'loadmodule "dialog"',
      '#loadmodule "pike.so"',
      '# loadmodule "acc.so"',
      'xlog("loadmodule \\"rr.so\\"")',
    ].join('\n');
    assert.deepEqual([...loadedModules(cfg)], ['tm', 'sl', 'dialog']);
    assert.deepEqual([...loadedModules('loadmodule "a.so"', 'loadmodule "b.so"')], ['a', 'b']);
  });
});
