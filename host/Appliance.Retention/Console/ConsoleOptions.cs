using System.Net;
using System.Security.Cryptography.X509Certificates;
using Appliance.Retention.Archive;
using Appliance.Retention.Commands;

namespace Appliance.Retention.WebConsole;

/// <summary>Where the console listens and what it stands for.</summary>
internal sealed record ConsoleOptions
{
    public required StoreFolder Store { get; init; }

    public required IPEndPoint Listen { get; init; }

    /// <summary>Origin of every page, for example https://icr.example; keys are bound to it.</summary>
    public required Uri Origin { get; init; }

    public required X509Certificate2 Certificate { get; init; }

    /// <summary>Socket of the warden.</summary>
    public required string WardenSocket { get; init; }

    /// <summary>Socket of the log's second witness, where one is pinned.</summary>
    public string WitnessSocket { get; init; } = WitnessCommand.DefaultSocket;

    /// <summary>The origin as browsers write it.</summary>
    public string OriginText => Origin.GetLeftPart(UriPartial.Authority);

    /// <summary>Relying party id: the host of the origin.</summary>
    public string RelyingParty => Origin.Host;

    /// <summary>Reads the origin; null and one sentence where it cannot be one.</summary>
    public static Uri? ParseOrigin(string text, out string problem)
    {
        problem = "";
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? origin) || origin.Scheme != Uri.UriSchemeHttps
            || origin.PathAndQuery != "/" || origin.UserInfo.Length > 0)
        {
            problem = $"--origin {text} is no origin such as https://icr.example or https://icr.example:8443";
            return null;
        }

        if (origin.HostNameType != UriHostNameType.Dns)
        {
            problem = $"--origin {text} names an address, and WebAuthn keys are bound to a host name; give one";
            return null;
        }

        return origin;
    }
}
