import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Command } from 'commander';
import { command, commandGroup } from './command.ts';
import { cliReferencePage } from './reference-page.ts';

const add = command('add', 'Add a thing.', ['tool thing add 1'])
  .description('Add a thing, or | two.')
  .argument('<id>', 'which')
  .argument('[note]', 'why')
  .option('--for <time>', 'how long', '1h')
  .option('--force', 'all the same', false);
const root = new Command('tool')
  .option('--json', 'answer in JSON')
  .addCommand(commandGroup('thing', 'Look after things.', [add]))
  .addCommand(command('check', 'Check.', ['tool check']));
const page = cliReferencePage(root);

describe('cliReferencePage', () => {
  it('lists every command that does something, with a link that leads to it', () => {
    assert.match(
      page,
      /- \[`tool thing add`\]\(#tool-thing-add\): Add a thing\.\n- \[`tool check`\]\(#tool-check\): Check\./,
    );
    assert.match(
      page,
      /\n## tool thing add\n\nAdd a thing, or \| two\.\n\n {4}tool thing add \[options\] <id> \[note\]\n/,
    );
  });

  it('has the arguments, options and examples', () => {
    assert.match(page, /\n\| `<id>` \| which \|\n\| `\[note\]` \| why \|\n/);
    assert.match(page, /\n\| `--for <time>` \| how long \| `1h` \|\n\| `--force` \| all the same \| {2}\|\n/);
    assert.match(page, /\nExamples:\n\n {4}tool thing add 1\n/);
  });

  it('says the global options once', () => {
    assert.equal(page.match(/`--json`/g)?.length, 1);
    assert.match(page, /\n## tool check\n\nCheck\.\n\n {4}tool check\n/);
  });
});
