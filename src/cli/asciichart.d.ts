declare module "asciichart" {
  interface PlotOptions {
    min?: number;
    max?: number;
    height?: number;
    offset?: number;
    colors?: (string | undefined)[];
    format?: (value: number) => string;
  }
  const chart: {
    plot(series: number[][], options?: PlotOptions): string;
    cyan: string;
    yellow: string;
    green: string;
    magenta: string;
    darkgray: string;
    blue: string;
  };
  export default chart;
}
