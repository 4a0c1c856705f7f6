using System;
using System.Reflection;
using Appliance.Supervisor.Board;
using Appliance.Supervisor.Update;

namespace Appliance.Supervisor.Device;

/// <summary>Loads an image from a slot. Its hash was checked by the slot book a moment before.</summary>
internal static class SlotLoader
{
    /// <summary>The bytes of the image, or null where the memory does not give them.</summary>
    public static byte[] Read(Memory memory, SlotBook book, int slot)
    {
        byte[] image = new byte[(int)book.Length(slot)];
        byte[] page = new byte[Memory.PageBytes];
        for (int at = 0; at < image.Length; at += Memory.PageBytes)
        {
            int count = image.Length - at < Memory.PageBytes ? image.Length - at : Memory.PageBytes;
            if (!memory.Read(SlotBook.Place(slot) + at, page, count))
            {
                return null;
            }

            Link.LinkBytes.Copy(page, 0, image, at, count);
        }

        return image;
    }

    /// <summary>
    /// Loads it and finds where it starts; null where it needs what this chip does not have. Its code runs from the
    /// array, which the interpreter keeps.
    /// </summary>
    public static MethodInfo Entry(byte[] image)
    {
        try
        {
            return Assembly.Load(image).GetType("Appliance.Supervisor.Device.Program").GetMethod("RunFromSlot");
        }
        catch (Exception fault)
        {
            Console.WriteLine(fault.Message);
            return null;
        }
    }
}
