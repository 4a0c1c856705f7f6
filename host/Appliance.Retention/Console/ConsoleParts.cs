using Appliance.Retention.Warden;

namespace Appliance.Retention.WebConsole;

/// <summary>What all calls share.</summary>
internal sealed class ConsoleParts(ConsoleOptions options, TimeProvider clock) : IDisposable
{
    public ConsoleOptions Options => options;

    public TimeProvider Clock => clock;

    public Sessions Sessions { get; } = new(clock);

    public Challenges Challenges { get; } = new(clock);

    public SignCounts Counts { get; } = new(Path.Combine(options.Store.Console, "counts"));

    public KeptAnswers Answers { get; } = new();

    public LogCounts LogCounts { get; } = new();

    /// <summary>Places for questions that are answered at once.</summary>
    public SemaphoreSlim Questions { get; } = new(ConsoleLimits.QuestionsMax);

    /// <summary>Held while a paper is put down: two must not take the same number.</summary>
    public Lock Papers { get; } = new();

    /// <summary>Rules that nobody confirmed decide: a lab.</summary>
    public bool IsLab { get; } = WardenTrust.Read(options.Store.TrustFile).IsLab;

    public void Dispose() => Questions.Dispose();
}
