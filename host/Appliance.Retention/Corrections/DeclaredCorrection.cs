using Appliance.Wire;

namespace Appliance.Retention.Corrections;

/// <summary>
/// What somebody found wrong in records that cannot be altered: a clock that turned out to be off, a faulty mirror. UTC
/// microseconds since 1970.
/// </summary>
/// <param name="Number">From 1; 0 before it is kept.</param>
/// <param name="Kind">clock, attribution, or lines.</param>
/// <param name="Device">Device whose records are meant.</param>
/// <param name="FromUtcUs">First instant.</param>
/// <param name="ToUtcUs">Last instant.</param>
/// <param name="AtUtcUs">When it was declared.</param>
/// <param name="Text">What is wrong, a sentence.</param>
internal sealed record DeclaredCorrection(
    long Number, string Kind, Id16 Device, ulong FromUtcUs, ulong ToUtcUs, ulong AtUtcUs, string Text)
{
    public static readonly string[] Kinds = ["clock", "attribution", "lines"];
}
