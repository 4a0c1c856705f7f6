namespace Appliance.Evidence;

/// <summary>What one check found.</summary>
internal readonly record struct Outcome(CheckResult Result, string Detail)
{
    public static Outcome Pass(FormattableString detail) => new(CheckResult.Pass, FormattableString.Invariant(detail));

    public static Outcome Fail(FormattableString detail) => new(CheckResult.Fail, FormattableString.Invariant(detail));

    public static Outcome Open(string why) => new(CheckResult.NotCheckable, why);
}
