import { testSamples } from '../samples.testkit.ts';
import { asteriskLog } from './parser.ts';

testSamples(asteriskLog, new URL('./samples.log', import.meta.url));
