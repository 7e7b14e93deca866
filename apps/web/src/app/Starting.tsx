import { t } from '../shared/i18n/front.ts';
import { useDelayed } from '../shared/time/use-delayed.ts';
import { BrandMark } from '../shared/ui/BrandMark.tsx';

export function Starting() {
  const visible = useDelayed(true, 150);
  return (
    <main className="grid min-h-dvh place-items-center">
      {visible && (
        <output className="flex animate-fade flex-col items-center gap-3 text-muted">
          <BrandMark />
          {t('starting')}
        </output>
      )}
    </main>
  );
}
