import { testSamples } from '../samples.testkit.ts';
import { kamailioLog } from './parser.ts';

testSamples(kamailioLog, new URL('./samples.log', import.meta.url));
