import { testSamples } from '../samples.testkit.ts';
import { freeswitchLog } from './parser.ts';

testSamples(freeswitchLog, new URL('./samples.log', import.meta.url));
