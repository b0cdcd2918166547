import { useFigures } from '../../../i18n/figures.ts';
import { useText } from '../../../i18n/use-text.tsx';
import { WanCurve } from '../../../ui/wan-curve.tsx';
import type { SiteDetail } from '../queries.ts';

/** The WAN of the last 24 hours, in the words of Nester's pages. */
export function Curve({ series }: { series: SiteDetail['series'] }) {
  const { t } = useText();
  const { latency, percent } = useFigures();
  return (
    <WanCurve
      series={series}
      width={320}
      height={56}
      words={({ low, high, loss }) => {
        const said = { low: latency(low), high: latency(high), loss: percent(loss) };
        return { label: t('wan.curve', said), axis: t('wan.axis'), range: t('wan.range', said) };
      }}
    />
  );
}
