import { Firefox } from './firefox.ts';
import { testJourneys } from './journeys.ts';
import { testOwner } from './owner-journey.ts';

testJourneys(() => Firefox.start(), testOwner);
