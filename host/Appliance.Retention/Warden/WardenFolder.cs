using System.Security.Cryptography;
using System.Text;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>
/// What lies in a warden's data folder, which nobody but the warden's own user may read.
/// <code>
/// warden.json       identity, and the key that cosigns and states releases
/// trust.json        pinned keys: operator, custodian, and the log's
/// keys/             day keys with the private halves of its role
/// people/           signed enrolments
/// rules/            signed confirmations of rules
/// notices/          signed orders: how long each notice keeps, which are withdrawn
/// address-plan.csv  the warden's own: which addresses are fixed, dynamic or shared; without it all are shared
/// holds/            case keys of legal holds, each until its own end
/// destroyed/        statements of destruction, until the store's log has them
/// clock.json        what time it is at least: what destroying goes by
/// state.db          the log as it was seen last; questions counted for each request
/// </code>
/// </summary>
internal sealed class WardenFolder(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    public string KeyFile => Path.Combine(Root, "warden.json");

    public string TrustFile => Path.Combine(Root, "trust.json");

    public string People => Path.Combine(Root, "people");

    public string Rules => Path.Combine(Root, "rules");

    public string Notices => Path.Combine(Root, "notices");

    public string Holds => Path.Combine(Root, "holds");

    /// <summary>Where the day keys lie: laid out as in a store.</summary>
    public StoreFolder KeyFolder => new(Root);

    public string State => Path.Combine(Root, "state.db");

    /// <summary>The warden's identity; drawn where there is none.</summary>
    /// <exception cref="ArchiveException">The file is damaged.</exception>
    public StoreKey ReadOrMakeKey()
    {
        if (!File.Exists(KeyFile))
        {
            DurableFile.MakeFolder(Root);
            File.SetUnixFileMode(
                Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            string json = StoreKey.New(RandomNumberGenerator.Fill).ToJson();
            DurableFile.Put(KeyFile, KeyFile + ".part", Encoding.UTF8.GetBytes(json));
        }

        return StoreKey.TryParse(File.ReadAllText(KeyFile), out StoreKey? key, out string wrong)
            ? key
            : throw new ArchiveException($"{KeyFile}: {wrong}");
    }

    /// <summary>The pinned keys.</summary>
    /// <exception cref="ArchiveException">There are none: the warden was not set up.</exception>
    public WardenTrust ReadTrust() => WardenTrust.Read(TrustFile);

    /// <summary>Who is enrolled, each checked against the pinned keys.</summary>
    /// <exception cref="ArchiveException">A file is not signed by both roles.</exception>
    public People ReadPeople(WardenTrust trust) => Requests.People.Load(People, trust.Control);
}
