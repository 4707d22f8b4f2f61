import { testJourneys } from './journeys.ts';
import { WebKitWindow } from './webkit.ts';

testJourneys(async () => ({
  window: () => WebKitWindow.open(),
  [Symbol.asyncDispose]: async () => {},
}));
