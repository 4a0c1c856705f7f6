using System.Net;

namespace Appliance.Icrctl.Provisioning;

/// <summary>What is to be provisioned, as the command line says it.</summary>
internal sealed record ProvisionPlan
{
    // Longer than any outage that a schedule should bridge; a year and a leap day.
    private const int DaysMax = 366;

    /// <summary>Folder to be made, absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>Name of the box in topics and in its certificate.</summary>
    public required string Device { get; init; }

    /// <summary>Name of the store in its certificate and in the broker's access list.</summary>
    public required string Store { get; init; }

    /// <summary>Name or address that box and store reach the broker by.</summary>
    public required string Broker { get; init; }

    public required int Port { get; init; }

    /// <summary>Days for which there are day keys, today first.</summary>
    public required int Days { get; init; }

    /// <summary>Notice profile of the box.</summary>
    public required string Profile { get; init; }

    /// <summary>Interface of the inside leg, or null.</summary>
    public string? Inside { get; init; }

    /// <summary>Interface of the outside leg, or null.</summary>
    public string? Outside { get; init; }

    /// <summary>
    /// The box and the store are installed from their packages: configurations name the packages' folders.
    /// </summary>
    public bool IsInstalled { get; init; }

    /// <summary>Address that the broker listens on: only as wide as the name by which it is reached.</summary>
    public string ListenAddress =>
        IPAddress.TryParse(Broker, out _) ? Broker : Broker == "localhost" ? "127.0.0.1" : "0.0.0.0";

    /// <summary>Null, or what is wrong in one sentence.</summary>
    public string? Problem() =>
        !LabAuthority.IsName(Device) ? $"--device '{Device}' is not a name of letters, digits, '-', '_' and '.'"
        : !LabAuthority.IsName(Store) ? $"--store '{Store}' is not a name of letters, digits, '-', '_' and '.'"
        : Device == Store ? $"--device and --store are both '{Store}'; the broker tells them apart by their names"
        : Uri.CheckHostName(Broker) == UriHostNameType.Unknown
            ? $"--broker '{Broker}' is not a name or an address; the port goes into --port"
        : Port is < 1 or > 65_535 ? $"--port is {Port}; it must be 1 to 65535"
        : Days is < 1 or > DaysMax ? $"--days is {Days}; it must be 1 to {DaysMax}"
        : Profile is not ("source-only" or "uk-icr" or "ipdr")
            ? $"--profile is '{Profile}'; it must be source-only or uk-icr or ipdr"
        : (Inside is null) != (Outside is null) ? "give both --inside and --outside, or neither"
        : null;
}
