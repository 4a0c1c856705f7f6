using System.Net;
using Appliance.Edge.Configuration;

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

    /// <summary>Name in the certificate that control messages are sent with.</summary>
    public const string Controller = "operator-1";

    /// <summary>Point of the operator's key, 130 hexadecimal digits; null: a lab key is made.</summary>
    public string? Operator { get; init; }

    /// <summary>Point of the custodian's key; given with the operator's or not at all.</summary>
    public string? Custodian { get; init; }

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
        : Device == Controller || Store == Controller
            ? $"--device or --store is '{Controller}'; that is the name of who sends control messages"
        : (Operator is null) != (Custodian is null)
            ? "give both --operator and --custodian, keys of two people, or neither for keys of a lab"
        : Operator is not null && KeysProblem() is { } wrong ? wrong
        : Uri.CheckHostName(Broker) == UriHostNameType.Unknown
            ? $"--broker '{Broker}' is not a name or an address; the port goes into --port"
        : Port is < 1 or > 65_535 ? $"--port is {Port}; it must be 1 to 65535"
        : Days is < 1 or > DaysMax ? $"--days is {Days}; it must be 1 to {DaysMax}"
        : Profile is not ("source-only" or "uk-icr" or "ipdr")
            ? $"--profile is '{Profile}'; it must be source-only or uk-icr or ipdr"
        : (Inside is null) != (Outside is null) ? "give both --inside and --outside, or neither"
        : null;

    private string? KeysProblem() =>
        new ControlOptions { OperatorKey = Operator, CustodianKey = Custodian }.Problems().Any(one => one is not null)
            ? "--operator and --custodian must be points of two keys, 130 hexadecimal digits each; "
                + "`retention people key FILE` prints them"
            : null;
}
