import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withSource } from '../../../test/support/source.ts';
import { journaldConfig } from './config.ts';
import { argumentsFor, Journald } from './journald.ts';

const config = (values: Record<string, unknown> = {}) => journaldConfig.parse({ type: 'journald', ...values });

describe('what journalctl is asked for', () => {
  it('the known programs from a time on, at first', () => {
    assert.deepEqual(argumentsFor(config({ identifiers: ['asterisk', 'kamailio'] }), { cursor: undefined, at: 1500 }), [
      '--follow',
      '--no-tail',
      '--output=json',
      '--all',
      '--quiet',
      '--identifier=asterisk',
      '--identifier=kamailio',
      '--since=@1.500',
    ]);
  });

  it('units instead, if there are any, from the cursor on', () => {
    const asked = argumentsFor(config({ units: ['asterisk.service'], directory: '/x' }), { cursor: 's=1', at: 1 });
    assert.deepEqual(asked.slice(5), ['--directory=/x', '--unit=asterisk.service', '--after-cursor=s=1']);
  });
});

describe('the configuration of journald', () => {
  for (const wrong of [{ units: ['--vacuum-size=1'] }, { identifiers: ['a b'] }, { from: 'x' }, { unit: 'x' }]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.ok(!journaldConfig.safeParse({ type: 'journald', ...wrong }).success);
    });
  }
});

describe('journald', () => {
  const create = (context: ConstructorParameters<typeof Journald>[1]) => new Journald(config(), context);

  it('refuses a position that is none of its own', async () => {
    await assert.rejects(
      withSource({ create, from: { offset: 7 } }, ({ signals }) => signals(1).then(() => {})),
      { message: 'position: expected a cursor of the journal and a time, got {"offset":7}' },
    );
  });

  it('is unavailable where there is no journalctl', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      await assert.rejects(
        withSource({ create }, ({ signals }) => signals(1).then(() => {})),
        { name: 'SourceUnavailable', message: 'journalctl cannot be started; is systemd installed?' },
      );
    } finally {
      process.env.PATH = path;
    }
  });
});
