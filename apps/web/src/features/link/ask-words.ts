import { td } from '../../shared/i18n/device.ts';
import type { AskView } from './link-model.ts';

/** What the page is called, and the sentence below. */
export function askHeading(shown: AskView): { title: string; lead?: string } {
  if (shown.view === 'failed') return { title: td('ask.failedTitle') };
  if (shown.view === 'starting') return { title: td('ask.title'), lead: td('ask.lead') };
  const { link } = shown;
  switch (link.step) {
    case 'waiting':
      return { title: td('ask.title'), lead: td('ask.lead') };
    case 'comparing':
      return { title: td('ask.compareTitle'), lead: td('ask.compareLead') };
    case 'joining':
      return { title: td('ask.joiningTitle'), lead: td('ask.joining') };
    case 'ended':
      return { title: td(`ask.${link.cause}Title`), lead: td(`ask.${link.cause}`) };
  }
}
