namespace Appliance.Simulation.Clocks;

/// <summary>An oscillator as it really is; rates in ns/s. What the estimator is told of it may differ.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Rate">How far it is off at the start.</param>
/// <param name="White">White frequency noise, ns after one second.</param>
/// <param name="Flicker">Flicker floor: deviation of each of four decades of correlation, 10 s to 10,000 s.</param>
/// <param name="Walk">Random walk of the rate, ns/s per root second.</param>
/// <param name="AgeingPerDay">Ageing.</param>
/// <param name="Swing">Amplitude by temperature.</param>
/// <param name="PeriodSeconds">Period of the temperature.</param>
internal sealed record Plant(
    string Name, double Rate, double White, double Flicker, double Walk, double AgeingPerDay, double Swing,
    double PeriodSeconds)
{
    public static Plant Xo { get; } = new("XO", 12_345, 0.1, 0.1, 1, 2, 300, 21_600);

    public static Plant Tcxo { get; } = new("TCXO", 432, 0.05, 0.005, 0.02, 1, 100, 21_600);

    public static Plant Ocxo { get; } = new("OCXO", 17, 0.01, 0.0005, 5e-5, 0.5, 0.2, 86_400);

    /// <summary>Worse than what the estimator is told: its noise three times, temperature and ageing more.</summary>
    public Plant Mismatched() => this with
    {
        Name = Name + " x3",
        White = White * 3,
        Flicker = Flicker * 3,
        Walk = Walk * 3,
        AgeingPerDay = AgeingPerDay * 1.5,
        Swing = Swing * 1.5,
    };
}

/// <summary>
/// The raw counter: truth in, reading out. It goes on in steps of a second; within one its rate is constant.
/// </summary>
internal sealed class RawCounter
{
    private const double SecondsPerDay = 86_400;
    private const double Degrees = 5;

    private readonly Plant plant;
    private readonly ClockNoise noise;
    private readonly double phase;
    private readonly double[] flicker = new double[4];
    private double walk;
    private long seconds;

    public RawCounter(Plant plant, ClockNoise noise)
    {
        this.plant = plant;
        this.noise = noise;
        phase = 2 * Math.PI * noise.Uniform();
        AheadNs = 1e12;
        Rate = RateNow();
    }

    /// <summary>Reading less truth at the last second, ns.</summary>
    public double AheadNs { get; private set; }

    /// <summary>Rate during the present second, ns/s.</summary>
    public double Rate { get; private set; }

    /// <summary>Temperature, thousandths of a degree, with the noise of a thermometer.</summary>
    public int Millidegrees { get; private set; }

    /// <summary>Reading less truth some part of the present second later, ns.</summary>
    public double AheadAt(double part) => AheadNs + (Rate * part);

    /// <summary>Goes on by one second.</summary>
    public void Advance()
    {
        AheadNs += Rate;
        seconds++;
        walk += plant.Walk * noise.Normal();
        double tau = 10;
        for (int i = 0; i < flicker.Length; i++, tau *= 10)
        {
            // A first-order process of this correlation time; their sum has a nearly flat Allan deviation.
            flicker[i] += (-flicker[i] / tau) + (plant.Flicker * Math.Sqrt(2 / tau) * noise.Normal());
        }

        Rate = RateNow();
    }

    private double RateNow()
    {
        double wave = Math.Sin((2 * Math.PI * seconds / plant.PeriodSeconds) + phase);
        Millidegrees = (int)((25 + (Degrees * wave) + (0.05 * noise.Normal())) * 1000);
        double aged = plant.AgeingPerDay * seconds / SecondsPerDay;
        return plant.Rate + walk + flicker[0] + flicker[1] + flicker[2] + flicker[3] + aged + (plant.Swing * wave)
            + (plant.White * noise.Normal());
    }
}
