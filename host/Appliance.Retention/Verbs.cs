using System.CommandLine;
using Appliance.Retention.Commands;
using Appliance.Retention.Records;

namespace Appliance.Retention;

/// <summary>All verbs of the program. One file a verb: a verb is added by naming it here.</summary>
internal static class Verbs
{
    public static RootCommand Create() => new(
        "retention: keep sealed records, answer authorised questions about them, forget them in time")
    {
        AccessedCommand.Create(),
        AddressesCommand.Create(),
        AddressesOfCommand.Create(),
        AuditCommand.Create(),
        ConsoleCommand.Create(),
        ControlCommand.Create(),
        ErrorsCommand.Create(),
        EvidenceCommand.Create(),
        ExpireCommand.Create(),
        HoldCommand.Create(),
        IngestCommand.Create(),
        KeysCommand.Create(),
        LogCommand.Create(),
        NoticeCommand.Create(),
        OpenCommand.Create(),
        PeopleCommand.Create(),
        RecordsCommand.Create(),
        ReferralCommand.Create(),
        RequestCommand.Create(),
        ResolveCommand.Create(),
        RulesCommand.Create(),
        ServeCommand.Create(),
        ServicesCommand.Create(),
        ServicesTableCommand.Create(),
        StatusCommand.Create(),
        SubjectAccessCommand.Create(),
        VerifyCommand.Create(),
        WardenCommand.Create(),
        WitnessCommand.Create(),
    };
}
