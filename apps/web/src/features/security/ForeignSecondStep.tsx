import { ts } from '../../shared/i18n/security.ts';
import { Block } from '../../shared/ui/Block.tsx';
import { Notice } from '../../shared/ui/Notice.tsx';

/** The account has a second step that none of its devices set up. Nothing here can end it. */
export function ForeignSecondStep() {
  return (
    <Block title={ts('factor.title')} lead={ts('factor.lead')}>
      <Notice tone="danger">{ts('factor.foreign')}</Notice>
      <p>{ts('factor.foreignWhat')}</p>
      <p>{ts('factor.foreignDo')}</p>
    </Block>
  );
}
