/** Property tests draw the same cases in each run, so that a score can be repeated. */
import fc from 'fast-check';

fc.configureGlobal({ seed: 1 });
