/** The detectors, in the order in which they see a signal. A new one is added here. */
import { Behaviour } from './behaviour/behaviour.ts';
import { behaviourConfig } from './behaviour/config.ts';
import { BruteForce } from './brute-force/brute-force.ts';
import { bruteForceConfig } from './brute-force/config.ts';
import { Campaign } from './campaign/campaign.ts';
import { campaignConfig } from './campaign/config.ts';
import { Compromise } from './compromise/compromise.ts';
import { compromiseConfig } from './compromise/config.ts';
import { decoyTouchConfig } from './decoy-touch/config.ts';
import { DecoyTouch } from './decoy-touch/decoy-touch.ts';
import { type DetectorKind, defineDetector } from './detector.ts';
import { dialProbeConfig } from './dial-probe/config.ts';
import { DialProbe } from './dial-probe/dial-probe.ts';
import { distributedConfig } from './distributed/config.ts';
import { Distributed } from './distributed/distributed.ts';
import { enumerationConfig } from './enumeration/config.ts';
import { Enumeration } from './enumeration/enumeration.ts';
import { floodConfig } from './flood/config.ts';
import { Flood } from './flood/flood.ts';
import { geoConfig } from './geo/config.ts';
import { Geo } from './geo/geo.ts';
import { reputationConfig } from './reputation/config.ts';
import { Reputation } from './reputation/reputation.ts';
import { scannerConfig } from './scanner/config.ts';
import { Scanner } from './scanner/scanner.ts';
import { tollFraudConfig } from './toll-fraud/config.ts';
import { TollFraud } from './toll-fraud/toll-fraud.ts';

export const DETECTORS: readonly DetectorKind[] = [
  defineDetector({
    name: 'scanner',
    description: 'known scanning tools',
    schema: scannerConfig,
    perSource: true,
    create: (config) => new Scanner(config),
  }),
  defineDetector({
    name: 'decoy-touch',
    description: 'visitors of the decoy and of extensions that belong to nobody',
    schema: decoyTouchConfig,
    needs: ['request.refused'],
    perSource: true,
    create: (config) => new DecoyTouch(config),
  }),
  defineDetector({
    name: 'enumeration',
    description: 'many accounts tried from one source',
    schema: enumerationConfig,
    needs: ['register.failed', 'request.refused', 'malformed', 'call.failed'],
    perSource: true,
    create: (config) => new Enumeration(config),
  }),
  defineDetector({
    name: 'brute-force',
    description: 'many failures from one source',
    schema: bruteForceConfig,
    needs: ['register.failed', 'request.refused', 'malformed', 'call.failed'],
    perSource: true,
    create: (config) => new BruteForce(config),
  }),
  defineDetector({
    name: 'distributed',
    description: 'many sources that each do little',
    schema: distributedConfig,
    needs: ['register.failed', 'request.refused', 'malformed', 'call.failed'],
    create: (config, { geography }) => new Distributed(config, geography),
  }),
  defineDetector({
    name: 'dial-probe',
    description: 'calls that try which prefix leads out',
    schema: dialProbeConfig,
    needs: ['call.failed', 'call.answered', 'request.refused'],
    perSource: true,
    create: (config, _intel, plan) => new DialProbe(config, plan),
  }),
  defineDetector({
    name: 'compromise',
    description: 'a password was guessed',
    schema: compromiseConfig,
    needs: ['register.ok'],
    create: (config, _intel, plan) => new Compromise(config, plan),
  }),
  defineDetector({
    name: 'toll-fraud',
    description: 'calls at the cost of an account',
    schema: tollFraudConfig,
    needs: ['call.started', 'fraud.threshold'],
    create: (config, _intel, plan) => new TollFraud(config, plan),
  }),
  defineDetector({
    name: 'behaviour',
    description: 'accounts and SBCs unlike their habits',
    schema: behaviourConfig,
    needs: ['register.ok', 'call.started'],
    create: (config, _intel, plan) => new Behaviour(config, plan),
  }),
  defineDetector({
    name: 'reputation',
    description: 'addresses on a list that fail here, too',
    schema: reputationConfig,
    perSource: true,
    create: (config, intel) => new Reputation(config, intel),
  }),
  defineDetector({
    name: 'geo',
    description: 'countries that may not come in, and accounts where they cannot be',
    schema: geoConfig,
    needs: ['register.ok'],
    create: (config, { geography }) => new Geo(config, geography),
  }),
  defineDetector({
    name: 'flood',
    description: 'more requests than a client sends',
    schema: floodConfig,
    perSource: true,
    create: (config) => new Flood(config),
  }),
  defineDetector({
    name: 'campaign',
    description: 'findings that are one attack',
    schema: campaignConfig,
    create: (config) => new Campaign(config),
  }),
];
