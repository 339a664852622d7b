/** Modules without a test of their own area, each with where it is tested instead. May only shrink. */
export const WITHOUT_TEST: Readonly<Record<string, string>> = {
  'src/daemon/daemon.ts': 'test/e2e/kernel-block.test.ts and src/cli/commands/run.test.ts run it',
  'src/daemon/run-daemon.ts': 'test/e2e/kernel-block.test.ts and src/cli/commands/run.test.ts run it',
  'src/detectors/index.ts': 'src/daemon/replay.test.ts builds every detector from it',
  'src/enforcers/index.ts': 'test/structure/structure.test.ts and src/config',
  'src/sources/index.ts': 'test/structure/structure.test.ts and src/config',
};
