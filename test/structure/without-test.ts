/** Modules without a test of their own, each with where it is tested instead. May only shrink. */
export const WITHOUT_TEST: Readonly<Record<string, string>> = {};
