namespace Appliance.Time.Estimation;

/// <summary>
/// What is declared of the oscillator behind the raw counter. Noise in the terms of a two-state clock (white and
/// random-walk frequency noise, time.md section 3.2), what is not noise as limits. Verify them on the part that was
/// bought: a bound is as true as this.
/// </summary>
/// <param name="Name">For people.</param>
/// <param name="WhiteNs">White frequency noise: nanoseconds after one second.</param>
/// <param name="TrackWalk">
/// Random walk of frequency that the filter assumes while pulses come, ns/s per root second: larger than the noise,
/// so that it follows temperature without lag.
/// </param>
/// <param name="CoastWalk">The same while none come: noise alone, temperature has its own term.</param>
/// <param name="RateLimit">How far the frequency can be off at all, ns/s (10^-9).</param>
/// <param name="TemperatureSwing">Largest change of frequency by temperature, ns/s.</param>
/// <param name="TemperatureSlope">How fast that can change, ns/s a second.</param>
/// <param name="TableResidual">What remains of the swing where a learned table covers the temperature, ns/s.</param>
/// <param name="AgeingPerDay">Largest ageing, ns/s a day.</param>
internal sealed record OscillatorModel(
    string Name, double WhiteNs, double TrackWalk, double CoastWalk, double RateLimit, double TemperatureSwing,
    double TemperatureSlope, double TableResidual, double AgeingPerDay)
{
    private const double SecondsPerDay = 86_400;

    /// <summary>Plain crystal: what a computer's counter runs on. No table helps: it walks too fast.</summary>
    public static OscillatorModel Xo { get; } = new(
        "XO", WhiteNs: 0.1, TrackWalk: 1.5, CoastWalk: 1.2, RateLimit: 100_000, TemperatureSwing: 1000,
        TemperatureSlope: 1, TableResidual: 1000, AgeingPerDay: 10);

    /// <summary>Temperature-compensated crystal.</summary>
    public static OscillatorModel Tcxo { get; } = new(
        "TCXO", WhiteNs: 0.05, TrackWalk: 0.1, CoastWalk: 0.025, RateLimit: 5000, TemperatureSwing: 200,
        TemperatureSlope: 0.2, TableResidual: 15, AgeingPerDay: 5);

    /// <summary>Oven-controlled crystal.</summary>
    public static OscillatorModel Ocxo { get; } = new(
        "OCXO", WhiteNs: 0.012, TrackWalk: 2e-4, CoastWalk: 8e-5, RateLimit: 1000, TemperatureSwing: 0.4,
        TemperatureSlope: 4e-4, TableResidual: 0.4, AgeingPerDay: 0.5);

    /// <summary>A model by its name, as the configuration gives it; null where there is none.</summary>
    public static OscillatorModel? Named(string name) => name switch
    {
        "xo" => Xo,
        "tcxo" => Tcxo,
        "ocxo" => Ocxo,
        _ => null,
    };

    /// <summary>Ageing in ns/s a second.</summary>
    public double AgeingPerSecond => AgeingPerDay / SecondsPerDay;
}
