import type { Config } from '../config/schema.ts';
import type { Detector, DetectorMode } from '../detectors/detector.ts';
import { DETECTORS } from '../detectors/index.ts';
import { type Intel, NO_INTEL } from '../pipeline/intel.ts';
import { Pipeline } from '../pipeline/pipeline.ts';
import type { SignalKind } from '../pipeline/signal.ts';
import { Policy } from '../policy/policy.ts';

export interface PipelineParts {
  readonly pipeline: Pipeline;
  readonly policy: Policy;
  readonly detectors: readonly {
    readonly detector: Detector;
    readonly mode: DetectorMode;
    /** Kinds of signals of which it needs at least one to find anything. */
    readonly needs: readonly SignalKind[];
  }[];
}

/** The same detectors and policy for the live daemon and for replay. */
export function buildPipeline(
  config: Config,
  onFault: (component: string, error: unknown) => void,
  intel: Intel = NO_INTEL,
  canBlockFlows?: () => boolean,
): PipelineParts {
  const detectors = DETECTORS.flatMap((kind) => {
    const own = (config.detectors as Readonly<Record<string, { readonly mode: DetectorMode }>>)[kind.name];
    if (own === undefined || own.mode === 'off') return [];
    const detector = kind.create(own, intel, config['dial-plan']);
    return [{ detector, mode: own.mode, needs: kind.needs ?? [], perSource: kind.perSource === true }];
  });
  const policy = new Policy({
    config: config.policy,
    dryRunDetectors: detectors.filter(({ mode }) => mode === 'dry-run').map(({ detector }) => detector.name),
    perSource: new Map(
      detectors.flatMap(({ detector, perSource }, place) => (perSource ? [[detector.name, place]] : [])),
    ),
    ...(canBlockFlows === undefined ? {} : { canBlockFlows }),
  });
  const observers = [...detectors.map(({ detector }) => detector), policy.portWatch];
  const pipeline = new Pipeline({ detectors: observers, policy, onFault });
  return { pipeline, policy, detectors };
}
