import { errorWords } from '../../shared/client/error-words.ts';
import type { ActionError } from '../../shared/client/use-action.ts';
import { td } from '../../shared/i18n/device.ts';

/** Failures mean something closer here than in general. */
export function requestErrorWords(error: ActionError): string {
  switch (error.code) {
    case 'untrusted':
      return td('request.untrusted');
    case 'conflict':
      return td('request.conflict');
    case 'not_found':
      return td('request.gone');
    default:
      return errorWords(error);
  }
}

/** The same for what a camera has read. */
export function scanErrorWords(error: ActionError): string {
  switch (error.code) {
    case 'untrusted':
      return td('request.scanUntrusted');
    case 'not_found':
      return td('request.scanNotFound');
    default:
      return requestErrorWords(error);
  }
}

export function askErrorWords(error: ActionError): string {
  return error.code === 'too_large' ? td('ask.tooMany') : errorWords(error);
}
