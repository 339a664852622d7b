import { z } from 'zod';
import { opensipsConfig } from '../opensips/config.ts';
import { policyConfig } from '../policy/config.ts';
import { silenceConfig } from '../silence/config.ts';
import { storeConfig } from '../store/config.ts';
import { detectorsConfig, enforcersConfig, sourcesConfig } from './components.ts';
import { dialPlanConfig } from './dial-plan.ts';
import { intelConfig } from './intel.ts';
import { logConfig, retentionConfig, webConfig } from './sections.ts';

const sections = z.strictObject({
  'state-dir': z
    .string()
    .min(1)
    .optional()
    .meta({ examples: ['/var/lib/sipward'] })
    .describe(
      'Directory of the embedded database, the control socket and the reading positions. A relative path starts at the directory of this file. Default: var/ in a checkout, /var/lib/sipward when installed.',
    ),
  enforcement: z
    .enum(['dry-run', 'enforce'])
    .default('dry-run')
    .describe('dry-run decides and records but keeps nobody out; enforce lets the enforcers act.'),
  sources: sourcesConfig.prefault({ decoy: { type: 'decoy' } }),
  detectors: detectorsConfig.prefault({}),
  'dial-plan': dialPlanConfig.prefault({}),
  policy: policyConfig,
  intel: intelConfig.prefault({}),
  enforcers: enforcersConfig.prefault({}),
  silence: silenceConfig,
  opensips: opensipsConfig.prefault({}),
  store: storeConfig,
  web: webConfig.prefault({}),
  log: logConfig.prefault({}),
  retention: retentionConfig.prefault({}),
});

/** Everything that can be configured. Every key is optional with a safe default; unknown keys are errors. */
export const configSchema = sections.superRefine((config, context) => {
  const { enforcement, policy, enforcers, silence, sources } = config;
  const opensips = enforcers.opensips as { readonly enabled?: boolean } | undefined;
  if (enforcement === 'enforce' && policy.accounts['on-attack'] === 'disable' && opensips?.enabled !== true) {
    context.addIssue({
      code: 'custom',
      path: ['policy', 'accounts', 'on-attack'],
      message: "expected watch or hold, or 'enforcers.opensips.enabled: true': only OpenSIPS knows accounts",
    });
  }
  for (const [index, name] of silence.except.entries()) {
    // A sender of a source counts by itself: `edge from 192.0.2.1`.
    const [source = ''] = name.split(' from ');
    if (Object.hasOwn(sources, source)) continue;
    const message = `expected one of the sources (${Object.keys(sources).join(', ')})`;
    context.addIssue({ code: 'custom', path: ['silence', 'except', index], message });
  }
});

export type Config = z.output<typeof configSchema>;
