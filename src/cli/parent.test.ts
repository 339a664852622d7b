import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { watchNpm } from './parent.ts';

const NPM_START = { npm_package_name: 'sipward', npm_lifecycle_event: 'start' };

describe('the npm that runs a process', () => {
  const lookTwice = (env: Readonly<Record<string, string>>, parents: number[]) => {
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      let gone = 0;
      watchNpm({ env, parentId: () => parents.shift() ?? 1, onGone: () => gone++ });
      mock.timers.tick(2000);
      return gone;
    } finally {
      mock.timers.reset();
    }
  };

  it('is missed once when it has gone', () => {
    assert.equal(lookTwice(NPM_START, [7, 7, 1, 1]), 1);
    assert.equal(lookTwice(NPM_START, [7, 7, 7, 7, 7]), 0);
  });

  it('is nobody where something else started it, also a script of npm', () => {
    assert.equal(lookTwice({}, [7, 1, 1]), 0);
    assert.equal(lookTwice({ ...NPM_START, npm_package_name: 'other' }, [7, 1, 1]), 0);
    assert.equal(lookTwice({ ...NPM_START, npm_lifecycle_event: 'test' }, [7, 1, 1]), 0);
  });
});
