import { Firefox } from './firefox.ts';
import { testJourneys } from './journeys.ts';

testJourneys(() => Firefox.start());
