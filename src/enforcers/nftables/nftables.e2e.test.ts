/** The nftables enforcer against a real kernel, in private network namespaces. */
import { runEnforcerKit } from '../enforcer.testkit.ts';
import { skip, withLab } from './lab.testkit.ts';

runEnforcerKit('nftables', { withLab, toleranceMs: 1_000, randomRuns: 15, skip });
