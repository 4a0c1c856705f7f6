using System.CommandLine;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Ingest;
using Appliance.Retention.Notices;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention keys</c>: enrols devices, and shows what a device must pin of this store.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        Option<string> data = DataOption.Create();
        Argument<string> file = new("FILE") { Description = "key set of a device: a file, or a folder with it" };
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Option<bool> forIngest = new("--for-ingest")
        {
            Description = "leave out every private key but ingest's: a warden has the others",
        };
        Command add = new("add", "enrol a device, or add day keys to one") { file, data, forIngest };
        add.SetAction(parsed => DataOption.Guard(
            parsed.InvocationConfiguration.Error,
            () => Add(
                new StoreFolder(parsed.GetValue(data)!),
                parsed.GetValue(file)!,
                parsed.GetValue(forIngest),
                parsed.InvocationConfiguration.Output)));
        Command list = new("list", "the store's own key, made if there is none, and the enrolled devices")
        {
            data, json,
        };
        list.SetAction(parsed => DataOption.Guard(
            parsed.InvocationConfiguration.Error,
            () => List(
                new StoreFolder(parsed.GetValue(data)!),
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output)));
        return new Command("keys", "keys that this store holds") { add, list };
    }

    private static int Add(StoreFolder folder, string file, bool forIngest, TextWriter output)
    {
        KeySet set = KeyRing.ReadSet(file);
        set = forIngest ? set.ForRole(KeyRole.Ingest) : set;
        KeyRing ring = KeyRing.Load(folder);
        MakeStoreKey(folder, ring);
        set = NoticeBook.Of(folder).WithoutForgotten(set, UtcClock.Now(TimeProvider.System));
        ring.Add(folder, set);
        output.WriteLine($"device {set.Device} is enrolled");
        return Exit.Success;
    }

    private static int List(StoreFolder folder, bool json, TextWriter output)
    {
        KeyRing ring = KeyRing.Load(folder);
        MakeStoreKey(folder, ring);
        StoreKey store = ring.Store!;
        var devices = new List<string>();
        foreach (DeviceKeys device in ring.Devices)
        {
            devices.Add(device.Device.ToString());
        }

        devices.Sort(StringComparer.Ordinal);
        string point = Convert.ToHexStringLower(store.Public.Point.Span);
        if (json)
        {
            JsonText.Write(output, new { Store = store.Store.ToString(), Public = point, Devices = devices });
            return Exit.Success;
        }

        output.WriteLine($"store   {store.Store}");
        output.WriteLine($"public  {point}");
        foreach (string device in devices)
        {
            output.WriteLine($"device  {device}");
        }

        return Exit.Success;
    }

    // A store that is being served has its key: enrolling needs no lock of its writer.
    private static void MakeStoreKey(StoreFolder folder, KeyRing ring)
    {
        if (ring.Store is null)
        {
            DurableFile.MakeFolder(folder.Root);
            using FolderLock held = FolderLock.Take(folder.Root, StoreWriter.LockName);
            ring.MakeStoreKey(folder);
        }
    }
}
