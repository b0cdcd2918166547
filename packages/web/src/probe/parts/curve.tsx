import type { WanPoint } from '@aerie/contract/dashboard';
import { WanCurve } from '../../ui/wan-curve.tsx';
import { useWords } from '../words.tsx';

/** The WAN of the last 24 hours, in the dashboard's words. */
export function Curve({ series }: { series: WanPoint[] }) {
  const { t, figures } = useWords();
  const { latency, percent } = figures;
  return (
    <WanCurve
      series={series}
      width={640}
      height={96}
      words={({ low, high, loss }) => {
        const said = { low: latency(low), high: latency(high), loss: percent(loss) };
        return { label: t('wan.curve', said), axis: t('wan.axis'), range: t('wan.range', said) };
      }}
    />
  );
}
