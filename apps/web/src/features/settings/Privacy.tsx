import { ta } from '../../shared/i18n/app.ts';
import { Block } from '../../shared/ui/Block.tsx';

export function Privacy() {
  return (
    <>
      <Block title={ta('privacy.readTitle')} lead={ta('privacy.read')} />
      <Block title={ta('privacy.seesTitle')} lead={ta('privacy.sees')} />
      <Block title={ta('privacy.limitTitle')} lead={ta('privacy.limit')} />
    </>
  );
}
