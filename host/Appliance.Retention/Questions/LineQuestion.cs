using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>A question about one line and an interval.</summary>
internal sealed record LineQuestion
{
    /// <summary>Subscriber reference; empty where the line is named by its inside address.</summary>
    public string Subscriber { get; init; } = "";

    /// <summary>Inside address, where there is no reference.</summary>
    public Ip Inside { get; init; }

    /// <summary>Realm of the inside address; empty for any.</summary>
    public string Realm { get; init; } = "";

    public required AskedInterval Interval { get; init; }

    /// <summary>The line as answers name it.</summary>
    public string Line => new Line(Realm, Subscriber, Inside).Name;

    /// <summary>
    /// A line as answers print it: a reference, or an inside address with its realm before it where there are several.
    /// </summary>
    public static LineQuestion Of(string name, AskedInterval interval)
    {
        int slash = name.LastIndexOf('/');
        return Ip.TryParse(name.AsSpan(slash + 1), out Ip inside)
            ? new LineQuestion { Inside = inside, Realm = slash < 0 ? "" : name[..slash], Interval = interval }
            : new LineQuestion { Subscriber = name, Interval = interval };
    }
}
